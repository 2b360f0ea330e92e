//! Which engine computes: the reader's word first, then what the browser has, then what this run gains from it.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::site::navigation::{store, stored};

const KEY: &str = "fsts:engine";

/// What the reader asks for: in the address (`?engine=`), or once and for all on the page about the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// WebGPU where it helps, else the CPU.
    Auto,
    /// The CPU, whatever there is.
    Cpu,
    /// WebGPU, even if its adapter is software; never past a wrong result.
    WebGpu,
}

impl Choice {
    /// Reads the address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "auto" => Some(Choice::Auto),
            "cpu" => Some(Choice::Cpu),
            "webgpu" => Some(Choice::WebGpu),
            _ => None,
        }
    }

    /// The choice's word, in addresses and in the browser's storage.
    pub fn id(self) -> &'static str {
        match self {
            Choice::Auto => "auto",
            Choice::Cpu => "cpu",
            Choice::WebGpu => "webgpu",
        }
    }

    /// The choice of this page: the address has the last word.
    pub fn of_page() -> Self {
        Self::of_address().unwrap_or_else(Self::of_reader)
    }

    fn of_address() -> Option<Self> {
        let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
        crate::session::query::Query::parse(&search).text("engine").and_then(Self::from_id)
    }

    /// What the reader chose for all lessons.
    pub fn of_reader() -> Self {
        stored(KEY).and_then(|word| Self::from_id(&word)).unwrap_or(Choice::Auto)
    }

    /// Keeps this choice for all lessons.
    pub fn keep(self) {
        store(KEY, self.id());
    }
}

/// Whether to fetch the WebGPU worker: `Ok` with the adapter's name, or `Err` with the reason for the CPU.
pub async fn look_for_gpu(choice: Choice) -> Result<String, String> {
    if choice == Choice::Cpu {
        let asked = Choice::of_address() == Some(Choice::Cpu);
        return Err(if asked { "The address asks for the CPU." } else { "You chose the CPU for all lessons." }.into());
    }
    let adapter = adapter().await.map_err(|_| String::from("This browser offers no WebGPU adapter."))?;
    let info = Reflect::get(&adapter, &"info".into()).unwrap_or(JsValue::UNDEFINED);
    let word =
        |key: &str| Reflect::get(&info, &key.into()).ok().and_then(|value| value.as_string()).unwrap_or_default();
    let name = [word("vendor"), word("architecture"), word("device"), word("description")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if choice == Choice::WebGpu {
        return Ok(name);
    }
    let fallback =
        |object: &JsValue| Reflect::get(object, &"isFallbackAdapter".into()).is_ok_and(|value| value.is_truthy());
    let lower = name.to_lowercase();
    let software = ["swiftshader", "llvmpipe", "lavapipe", "warp", "software", "basic render"];
    if fallback(&info) || fallback(&adapter) || software.iter().any(|word| lower.contains(word)) {
        return Err("The WebGPU adapter is software; the CPU is faster.".into());
    }
    if !has_feature(&adapter, "timestamp-query") {
        return Err("The WebGPU adapter has no timestamps, which the engine needs.".into());
    }
    Ok(name)
}

async fn adapter() -> Result<JsValue, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let gpu = Reflect::get(&window.navigator(), &"gpu".into())?;
    let request: Function = Reflect::get(&gpu, &"requestAdapter".into())?.dyn_into()?;
    let promise: Promise = request.call0(&gpu)?.dyn_into()?;
    let adapter = JsFuture::from(promise).await?;
    if adapter.is_null() || adapter.is_undefined() { Err(JsValue::NULL) } else { Ok(adapter) }
}

fn has_feature(adapter: &JsValue, name: &str) -> bool {
    let features = Reflect::get(adapter, &"features".into()).unwrap_or(JsValue::UNDEFINED);
    let has = Reflect::get(&features, &"has".into()).ok().and_then(|has| has.dyn_into::<Function>().ok());
    has.and_then(|has| has.call1(&features, &name.into()).ok()).is_some_and(|answer| answer.is_truthy())
}
