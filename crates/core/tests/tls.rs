//! Fault 32: certificates that do not hold, over real connections. Which issuers this machine trusts
//! is read from the environment when a client is made, so each run has a process of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_core::sync::client::{Client, ClientError, TlsFault};
use watchkeeper_core::{Code, Error};

/// Where the list of trusted issuers lies, for the process in which the cases run.
const TRUSTED: &str = "SSL_CERT_FILE";
/// Tells the process that it is the one, and where its list is to be: a name of our own, so that
/// nobody's real list is written over.
const WITHIN: &str = "WATCHKEEPER_TRUSTED";
const INSIDE: &str =
    "fault_32_whatever_is_wrong_with_a_certificate_is_told_and_there_is_no_way_round_it";

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer(name: &str) -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Serves with a certificate; counts the bytes of requests that arrived.
async fn serve(by: &Issuer, params: CertificateParams) -> (String, Arc<AtomicUsize>) {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone(), by.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 4096];
            if let Ok(read) = stream.read(&mut request).await {
                count.fetch_add(read, Ordering::Relaxed);
            }
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                          connection: close\r\ncontent-length: 2\r\n\r\n{}";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, heard)
}

/// In a process of its own, which trusts one issuer: this same test, told where its list is to be.
#[test]
fn fault_32_whatever_is_wrong_with_a_certificate_is_told_and_there_is_no_way_round_it() {
    if let Some(list) = std::env::var_os(WITHIN) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(certificates_where_one_issuer_is_trusted(list.into()));
    }
    let folder = tempfile::tempdir().unwrap();
    let outcome = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", INSIDE, "--nocapture"])
        .env(WITHIN, folder.path().join("trusted.pem"))
        .env(TRUSTED, folder.path().join("trusted.pem"))
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(
        outcome.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&outcome.stderr)
    );
}

async fn certificates_where_one_issuer_is_trusted(list: PathBuf) {
    let (trusted, stranger) = (issuer("Known"), issuer("Unknown"));
    std::fs::write(list, trusted.pem()).unwrap();
    let year = SystemClock::default().wall().format("%Y").to_string();
    let year: i32 = year.parse().unwrap();
    let valid = |name: &str, from: i32, to: i32| {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        params
    };
    let here = "localhost";
    // As a machine sees it whose clock is wrong by a year: too late, and too early.
    let cases = [
        (
            &trusted,
            valid(here, year - 3, year - 1),
            TlsFault::Expired,
            "has expired",
        ),
        (
            &trusted,
            valid(here, year + 1, year + 3),
            TlsFault::NotYetValid,
            "not valid yet",
        ),
        (
            &trusted,
            valid("elsewhere.example", year - 1, year + 2),
            TlsFault::WrongHost,
            "another host",
        ),
        (
            &stranger,
            valid(here, year - 1, year + 2),
            TlsFault::UnknownIssuer,
            "does not trust",
        ),
    ];
    for (by, params, fault, words) in cases {
        let (url, heard) = serve(by, params).await;
        let client = Client::new(url.parse().unwrap(), "token-canary").unwrap();
        let failed = client.me().await.unwrap_err();
        assert_eq!(failed, ClientError::Tls(fault));
        let shown = Error::from(failed);
        assert_eq!(shown.code, Code::TlsInvalid);
        let detail = shown.detail.unwrap();
        assert!(detail.contains(words), "{detail}");
        if let TlsFault::Expired | TlsFault::NotYetValid = fault {
            assert!(detail.contains("clock"), "{detail}");
        }
        // The stream of hints has no other rules.
        assert!(matches!(
            client.events(None).await.err(),
            Some(ClientError::Tls(_))
        ));
        assert_eq!(heard.load(Ordering::Relaxed), 0, "the token went out");
    }
    // The same with nothing wrong goes through, so that the cases fail for what they name.
    let (url, heard) = serve(&trusted, valid(here, year - 1, year + 2)).await;
    let client = Client::new(url.parse().unwrap(), "token-canary").unwrap();
    assert!(matches!(
        client.me().await,
        Err(ClientError::NotAPlatform(_))
    ));
    assert!(heard.load(Ordering::Relaxed) > 0);
}
