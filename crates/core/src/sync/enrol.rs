//! Tells the platform of this laptop, so that it takes in its audit chain. Once for each device id;
//! again where `state.db` was lost and this laptop goes on as another device.

use watchkeeper_wire::session::Device;

use super::client::Client;
use crate::engine::Engine;
use crate::outbox::send::SendError;
use crate::store::setting;

/// Name of the device in table `setting` that the platform was last told of.
const SETTING: &str = "enrolled";

/// Enrols this laptop unless it is.
pub async fn enrol(engine: &Engine, client: &Client) -> Result<(), SendError> {
    let device = engine.pinned.device;
    let state = &engine.stores.state;
    let enrolled = state.read(|state| setting::get(state, SETTING)).await?;
    if enrolled == Some(device) {
        return Ok(());
    }
    let name = machine_name();
    client.device(&Device { id: device, name }).await?;
    state
        .write(move |state| setting::put(state, SETTING, &device))
        .await?;
    Ok(())
}

/// The platform does not know this laptop after all: it is to be told again.
pub async fn forget(engine: &Engine) -> Result<(), SendError> {
    let state = &engine.stores.state;
    state.write(|state| setting::remove(state, SETTING)).await?;
    Ok(())
}

/// The name by which the operator knows this machine.
pub(crate) fn machine_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .unwrap_or_default();
    match name.trim() {
        "" => "laptop".to_owned(),
        name => name.chars().take(100).collect(),
    }
}
