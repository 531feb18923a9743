//! The embedded store: one SQLite file, one writer, readers beside it (WAL).
//!
//! `synchronous=FULL`: an operation that was answered is on the disk. Statements live in the
//! files of this folder by what they are about; `file` opens it and runs transactions, and this one
//! hands each method of [`Store`] to its statement inside one.

mod access;
mod alerts;
mod audit;
mod blobs;
mod calls;
mod copies;
mod feed;
mod file;
pub mod gate;
mod history;
mod operations;
mod records;
mod tenants;
#[cfg(test)]
mod tests;
mod values;
mod witness;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use watchkeeper_model::audit::Entry;
use watchkeeper_pack::Sight;
use watchkeeper_pack::format::Connector;
use watchkeeper_pack::measure::{Asked, Piece};
use watchkeeper_wire::audit::SignedHead;
use watchkeeper_wire::digest::CopyDigests;
use watchkeeper_wire::ingest::Outcome;
use watchkeeper_wire::operation::Verdict;
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

use super::*;

pub use self::file::SqliteStore;

#[async_trait]
impl Store for SqliteStore {
    async fn secrets(&self, fresh: Secrets) -> Result<Secrets> {
        self.write(move |tx| access::secrets(tx, &fresh)).await
    }

    async fn put_epoch(&self, epoch: [u8; 32]) -> Result<()> {
        self.write(move |tx| access::put_epoch(tx, &epoch)).await
    }

    async fn tenants(&self) -> Result<Vec<String>> {
        self.read(tenants::all).await
    }

    async fn found_tenant(&self, tenant: &Tenant) -> Result<()> {
        let tenant = tenant.clone();
        self.write(move |tx| tenants::found(tx, &tenant)).await
    }

    async fn tenant(&self, id: &str) -> Result<Option<TenantState>> {
        let id = id.to_owned();
        self.read(move |tx| tenants::state(tx, &id)).await
    }

    async fn publish_pack(
        &self,
        tenant: &str,
        pack: &PackRef,
        bundle: &[u8],
        publisher: &str,
    ) -> Result<bool> {
        let (tenant, pack, bundle) = (tenant.to_owned(), pack.clone(), bundle.to_vec());
        let publisher = publisher.to_owned();
        self.write(move |tx| tenants::publish_pack(tx, &tenant, &pack, &bundle, &publisher))
            .await
    }

    async fn pack(&self, tenant: &str, hash: &str) -> Result<Option<Vec<u8>>> {
        let (tenant, hash) = (tenant.to_owned(), hash.to_owned());
        self.read(move |tx| tenants::pack(tx, &tenant, &hash)).await
    }

    async fn add_operator(&self, tenant: &str, operator: &Operator) -> Result<()> {
        let (tenant, operator) = (tenant.to_owned(), operator.clone());
        self.write(move |tx| access::add_operator(tx, &tenant, &operator))
            .await
    }

    async fn operator_name(&self, tenant: &str, id: &str) -> Result<String> {
        let (tenant, id) = (tenant.to_owned(), id.to_owned());
        self.read(move |tx| access::operator_name(tx, &tenant, id))
            .await
    }

    async fn operators(&self, tenant: &str) -> Result<Vec<Operator>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| access::operators(tx, &tenant)).await
    }

    async fn issue_token(&self, token: &NewToken) -> Result<()> {
        let token = token.clone();
        self.write(move |tx| access::issue_token(tx, &token)).await
    }

    async fn access(&self, token_hash: &str) -> Result<Option<Access>> {
        let hash = token_hash.to_owned();
        self.read(move |tx| access::access(tx, &hash)).await
    }

    async fn revoke_token(&self, token_hash: &str, at: DateTime<Utc>) -> Result<bool> {
        let hash = token_hash.to_owned();
        self.write(move |tx| access::revoke(tx, &hash, at)).await
    }

    async fn change_rights(
        &self,
        tenant: &str,
        operator: &str,
        roles: &[String],
        regions: &[String],
    ) -> Result<Vec<String>> {
        let (tenant, operator) = (tenant.to_owned(), operator.to_owned());
        let (roles, regions) = (roles.to_vec(), regions.to_vec());
        self.write(move |tx| access::change_rights(tx, &tenant, &operator, roles, regions))
            .await
    }

    async fn enrol(
        &self,
        tenant: &str,
        operator: &str,
        device: Uuid,
        name: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let (tenant, operator, name) = (tenant.to_owned(), operator.to_owned(), name.to_owned());
        self.write(move |tx| access::enrol(tx, &tenant, &operator, device, &name, at))
            .await
    }

    async fn record(&self, tenant: &str, kind: &str, id: &str) -> Result<Option<RecordRow>> {
        let (tenant, kind, id) = (tenant.to_owned(), kind.to_owned(), id.to_owned());
        self.read(move |tx| records::one(tx, &tenant, &kind, &id))
            .await
    }

    async fn records(&self, tenant: &str, kind: &str, filter: &Question) -> Result<Vec<RecordRow>> {
        let (tenant, kind, filter) = (tenant.to_owned(), kind.to_owned(), filter.clone());
        self.read(move |tx| records::matching(tx, &tenant, &kind, &filter))
            .await
    }

    async fn count(&self, tenant: &str, kind: &str) -> Result<u64> {
        let (tenant, kind) = (tenant.to_owned(), kind.to_owned());
        self.read(move |tx| records::count(tx, &tenant, &kind))
            .await
    }

    async fn ingest(
        &self,
        tenant: &str,
        at: DateTime<Utc>,
        writes: &[Write],
    ) -> Result<(Touched, Vec<Outcome>)> {
        let (tenant, writes) = (tenant.to_owned(), writes.to_vec());
        self.write(move |tx| {
            let (kinds, outcomes) = records::take(tx, &tenant, at, &writes)?;
            Ok((tenants::touched(tx, &tenant, kinds)?, outcomes))
        })
        .await
    }

    async fn source_version(&self, tenant: &str, kind: &str, id: &str) -> Result<Option<u64>> {
        let (tenant, kind, id) = (tenant.to_owned(), kind.to_owned(), id.to_owned());
        self.read(move |tx| records::source_version(tx, &tenant, &kind, &id))
            .await
    }

    async fn changed_records(&self, tenant: &str, seq: u64) -> Result<Option<Names>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| feed::changed_records(tx, &tenant, seq))
            .await
    }

    async fn write_unless_moved(
        &self,
        tenant: &str,
        at: DateTime<Utc>,
        writes: &[Seen],
    ) -> Result<Committed> {
        let (tenant, writes) = (tenant.to_owned(), writes.to_vec());
        self.guarded(move |tx| alerts::write(tx, &tenant, at, &writes))
            .await
    }

    async fn episodes(
        &self,
        tenant: &str,
        rule: &str,
        fingerprints: Option<&[String]>,
    ) -> Result<Episodes> {
        let (tenant, rule) = (tenant.to_owned(), rule.to_owned());
        let fingerprints = fingerprints.map(<[String]>::to_vec);
        self.read(move |tx| alerts::episodes(tx, &tenant, &rule, fingerprints.as_deref()))
            .await
    }

    async fn look_up(&self, tenant: &str, lookups: &[LookupAsked]) -> Result<Vec<Value>> {
        let (tenant, lookups) = (tenant.to_owned(), lookups.to_vec());
        self.read(move |tx| {
            let all = lookups.iter();
            all.map(|lookup| records::look_up(tx, &tenant, &[], lookup))
                .collect()
        })
        .await
    }

    async fn measure(&self, tenant: &str, asked: &[Asked]) -> Result<Vec<Vec<Piece>>> {
        let (tenant, asked) = (tenant.to_owned(), asked.to_vec());
        self.read(move |tx| {
            let all = asked.iter();
            all.map(|asked| alerts::measure(tx, &tenant, asked))
                .collect()
        })
        .await
    }

    async fn instants(&self, tenant: &str, asked: &[Asked]) -> Result<Vec<Option<String>>> {
        let (tenant, asked) = (tenant.to_owned(), asked.to_vec());
        self.read(move |tx| {
            let all = asked.iter();
            all.map(|asked| alerts::instant(tx, &tenant, asked))
                .collect()
        })
        .await
    }

    async fn index(&self, expressions: &[(String, String, String)]) -> Result<()> {
        let expressions = expressions.to_vec();
        self.write(move |tx| alerts::index(tx, &expressions)).await
    }

    async fn facts(&self, tenant: &str, asked: &FactsAsked) -> Result<Option<Facts>> {
        let (tenant, asked) = (tenant.to_owned(), asked.clone());
        self.read(move |tx| records::facts(tx, &tenant, &asked))
            .await
    }

    async fn operation(&self, tenant: &str, id: Uuid) -> Result<Option<OperationRow>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| operations::one(tx, &tenant, id)).await
    }

    async fn knows_operation(&self, id: Uuid) -> Result<bool> {
        self.read(move |tx| operations::is_known(tx, id)).await
    }

    async fn record_history(&self, asked: &HistoryAsked) -> Result<Option<HistoryRead>> {
        let asked = asked.clone();
        self.read(move |tx| history::page(tx, &asked)).await
    }

    async fn commit_operation(&self, commit: &Commit) -> Result<Committed> {
        let commit = commit.clone();
        self.guarded(move |tx| operations::commit(tx, &commit))
            .await
    }

    async fn end_unanswered(&self, end: &Unanswered) -> Result<Committed> {
        let end = end.clone();
        self.guarded(move |tx| operations::end_unanswered(tx, &end))
            .await
    }

    async fn due_calls(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<CallRow>> {
        self.read(move |tx| calls::due(tx, now, limit)).await
    }

    async fn bring_calls_back(
        &self,
        now: DateTime<Utc>,
        beyond: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<()> {
        // Nearly always there are none, and nothing is written.
        if self.read(move |tx| calls::any_beyond(tx, beyond)).await? {
            self.write(move |tx| calls::bring_back(tx, now, beyond, to))
                .await?;
        }
        Ok(())
    }

    async fn calls_of(&self, tenant: &str, operation: Uuid) -> Result<Vec<CallRow>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| calls::of_operation(tx, &tenant, operation))
            .await
    }

    async fn calls_told(&self, tenant: &str, code: &str) -> Result<Vec<(Connector, Verdict)>> {
        let (tenant, code) = (tenant.to_owned(), code.to_owned());
        self.read(move |tx| calls::told(tx, &tenant, &code)).await
    }

    async fn begin_call(&self, call: &CallId, at: DateTime<Utc>) -> Result<bool> {
        let call = call.clone();
        self.write(move |tx| calls::begin(tx, &call, at)).await
    }

    async fn count_as_sent(&self, call: &CallId, at: DateTime<Utc>) -> Result<()> {
        let call = call.clone();
        self.write(move |tx| calls::count_as_sent(tx, &call, at))
            .await
    }

    async fn postpone_call(&self, call: &CallId, to: &Postponed) -> Result<()> {
        let (call, to) = (call.clone(), *to);
        self.write(move |tx| calls::postpone(tx, &call, &to)).await
    }

    async fn settle_call(&self, settle: &Settle) -> Result<Committed> {
        let settle = settle.clone();
        self.guarded(move |tx| calls::settle(tx, &settle)).await
    }

    async fn say_verdict(
        &self,
        tenant: &str,
        seen: &Verdict,
        verdict: &Verdict,
    ) -> Result<Committed> {
        let (tenant, seen, verdict) = (tenant.to_owned(), seen.clone(), verdict.clone());
        self.guarded(move |tx| operations::say_over(tx, &tenant, &seen, &verdict))
            .await
    }

    async fn page(&self, asked: &PageAsked) -> Result<PageRead> {
        let asked = asked.clone();
        self.read(move |tx| feed::page(tx, &asked)).await
    }

    async fn copy_digests(&self, asked: &CopyAsked) -> Result<Option<CopyDigests>> {
        let asked = asked.clone();
        self.read(move |tx| copies::digests(tx, &asked)).await
    }

    async fn changed_since(
        &self,
        tenant: &str,
        seq: u64,
        operator: &str,
        regions: &[String],
    ) -> Result<Touched> {
        let (tenant, operator) = (tenant.to_owned(), operator.to_owned());
        let regions = regions.to_vec();
        self.read(move |tx| feed::changed_since(tx, &tenant, seq, (&operator, &regions)))
            .await
    }

    async fn compact_all(&self, keep: u64) -> Result<()> {
        self.write(move |tx| feed::compact_all(tx, keep)).await
    }

    async fn device_owner(&self, tenant: &str, device: Uuid) -> Result<Option<String>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| audit::owner(tx, &tenant, device)).await
    }

    async fn signed_head(&self, tenant: &str, device: Uuid) -> Result<Option<SignedHead>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| audit::head(tx, &tenant, device)).await
    }

    async fn audit_hash(&self, tenant: &str, device: Uuid, seq: u64) -> Result<Option<String>> {
        let tenant = tenant.to_owned();
        self.read(move |tx| audit::hash(tx, &tenant, device, seq))
            .await
    }

    async fn extend_audit(
        &self,
        tenant: &str,
        device: Uuid,
        after: u64,
        entries: &[Entry],
        head: &SignedHead,
    ) -> Result<bool> {
        let (tenant, entries, head) = (tenant.to_owned(), entries.to_vec(), head.clone());
        self.write(move |tx| audit::extend(tx, &tenant, device, after, &entries, &head))
            .await
    }

    async fn names_blob(
        &self,
        tenant: &str,
        sha256: &str,
        regions: &[String],
        sight: &Sight,
    ) -> Result<bool> {
        let (tenant, sha256, regions) = (tenant.to_owned(), sha256.to_owned(), regions.to_vec());
        let sight = sight.clone();
        self.read(move |tx| blobs::is_named(tx, (&tenant, &sha256), &regions, &sight))
            .await
    }
}
