//! The worker's outermost layer: messages in and out, the engine, and what happens on a panic.

use std::pin::Pin;

use futures::{
    StreamExt,
    channel::mpsc,
    future::{OptionFuture, join},
};
use leptos::wasm_split::SplitLoaderError;
use models::device::Device;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::{
    fetch,
    session::{
        post::{pack, unpack},
        protocol::{Engine, EngineReport, Request, Response},
        serve::{Beginning, Context, Serve},
    },
};

/// The work of a lesson on its way.
pub type Fetch = Pin<Box<dyn Future<Output = Result<Serve, SplitLoaderError>>>>;

/// Runs the worker: fetches the work of the lesson that it is named after, finds its engine meanwhile, says Ready, and
/// serves the lesson from [`Request::Start`] on. A worker without a name only says what its engine is worth.
pub fn run(work: fn(&str) -> Option<Fetch>, engine: impl AsyncFnOnce() -> (Device, EngineReport) + 'static) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics();
    let work = work(&scope.name());
    let (sender, mut inbox) = mpsc::unbounded();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match unpack::<Request>(&event.data()) {
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
            post(&scope, response);
        }
    });
    wasm_bindgen_futures::spawn_local(async move {
        let (work, (device, report)) = join(OptionFuture::from(work), engine()).await;
        if let Some(Err(_)) = work {
            return die("its part for this lesson could not be fetched");
        }
        let _ = outbox.unbounded_send(Response::Ready(report));
        let Some(Ok(serve)) = work else { return };
        while let Some(request) = inbox.next().await {
            let Request::Start { settings, checkpoint, base, run } = request else { continue };
            let context = Context::new(device, base, outbox);
            return serve(context, inbox, Beginning { settings, checkpoint, run }).await;
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

/// Hands a response over, with what is attached.
fn post(scope: &DedicatedWorkerGlobalScope, response: Response) {
    let parts = pack(response);
    // Fails only for buffers that cannot be transferred, which fresh ones always can.
    let _ = scope.post_message_with_transfer(&parts, &parts);
}

/// A panic ends the worker.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| die(&info.to_string())));
}

/// Ends the worker; the page is told in words and starts another from the last checkpoint.
fn die(words: &str) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let _ = scope.post_message(&words.into());
    scope.close();
}
