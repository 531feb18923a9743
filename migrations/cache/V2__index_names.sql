-- Indexes have other names: of two kinds one could have had the other's. What is made under a pack is
-- made again.
UPDATE feed SET pack = NULL;
