-- Who signs a tenant's packs, and what they signed.
ALTER TABLE tenant ADD COLUMN publisher TEXT;                 -- minisign public key, base64
ALTER TABLE pack ADD COLUMN signature TEXT NOT NULL DEFAULT '';
