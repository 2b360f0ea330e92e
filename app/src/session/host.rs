//! The worker's outermost layer: messages in and out, the engine, and what happens on a panic.

use futures::{StreamExt, channel::mpsc};
use js_sys::Uint8Array;
use models::device::Device;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::{
    fetch,
    session::{
        protocol::{Engine, EngineReport, Remedy, Request, Response, Trouble, decode, encode},
        serve::{Beginning, Context},
    },
};

/// Runs the worker: finds its engine, says Ready, waits for [`Request::Start`], serves that lesson.
pub fn run(engine: impl AsyncFnOnce() -> (Device, EngineReport) + 'static) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics();
    let (sender, mut inbox) = mpsc::unbounded();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        match decode::<Request>(&bytes) {
            // Whoever reads the inbox may be waiting for that very file.
            Ok(Request::GiveUp { name }) => fetch::give_up(&name),
            // The receiver lives as long as the worker.
            Ok(request) => drop(sender.unbounded_send(request)),
            Err(_) => {}
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker listens until it is terminated.
    on_message.forget();
    let (outbox, mut outgoing) = mpsc::unbounded::<Response>();
    wasm_bindgen_futures::spawn_local(async move {
        while let Some(response) = outgoing.next().await {
            post(&scope, &response);
        }
    });
    wasm_bindgen_futures::spawn_local(async move {
        let (device, report) = engine().await;
        let _ = outbox.unbounded_send(Response::Ready(report));
        while let Some(request) = inbox.next().await {
            let Request::Start { slug, settings, checkpoint, base, run } = request else { continue };
            let context = Context::new(device.clone(), base, outbox.clone());
            match crate::lessons::tasks().into_iter().find(|(known, _)| *known == slug) {
                Some((_, serve)) => return serve(context, inbox, Beginning { settings, checkpoint, run }).await,
                None => context.tell(Trouble::new(format!("There is no lesson named {slug}."), Remedy::Dismiss)),
            }
        }
    });
}

/// The CPU and why it computes.
pub fn cpu(reason: &str) -> (Device, EngineReport) {
    (Device::flex(), EngineReport::new(Engine::Cpu, reason))
}

/// WebGPU if it starts and calculates rightly, else the CPU with the reason.
#[cfg(feature = "gpu")]
pub async fn gpu() -> (Device, EngineReport) {
    let Ok(device) = Device::wgpu_options().init_async().await else {
        return cpu("WebGPU did not start.");
    };
    let compared = match models::device::compare(&device).await {
        Ok(compared) => compared,
        Err(reason) => return cpu(&format!("WebGPU failed its check: {reason}")),
    };
    let fault = compared.iter().find_map(|part| part.fault.as_ref());
    let (device, mut report) = match fault {
        None => (device, EngineReport::new(Engine::WebGpu, "WebGPU passed its check against the CPU.")),
        Some(fault) => cpu(&format!("WebGPU failed its check: {fault}")),
    };
    let part = |part: &models::device::Compared| crate::session::protocol::CheckedPart {
        name: part.name.into(),
        difference: part.difference,
        passed: part.fault.is_none(),
    };
    report.parts = compared.iter().map(part).collect();
    (device, report)
}

fn post(scope: &DedicatedWorkerGlobalScope, response: &Response) {
    let buffer = Uint8Array::from(encode(response).as_slice()).buffer();
    let transfer = js_sys::Array::of1(&buffer);
    // Fails only for buffers that cannot be transferred, which a fresh one always can.
    let _ = scope.post_message_with_transfer(&buffer, &transfer);
}

/// A panic ends the worker; the page is told in words and starts another from the last checkpoint.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let _ = scope.post_message(&info.to_string().into());
        scope.close();
    }));
}
