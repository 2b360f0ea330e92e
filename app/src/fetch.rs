//! Bytes of the site: streamed with progress, checked for size and sha256, unpacked.
//!
//! Works on the page and in a worker. What a file must be (size, checksum) is compiled in, so data cut short or mixed
//! from two releases is told apart from data that is right.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

use crate::session::protocol::{Remedy, Trouble};

/// A file of the site, known at compile time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct File {
    /// Path below the site's root.
    pub path: &'static str,
    /// The name progress is reported under.
    pub name: &'static str,
    /// Size in bytes, as served.
    pub bytes: u64,
    /// Lower-case hexadecimal sha256, as served.
    pub sha256: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file with this path.
///
/// # Panics
/// If no such file is part of the site: a typing error, found by the first test that runs the lesson.
pub fn file(path: &str) -> &'static File {
    FILES.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is not a file of the site"))
}

/// All files whose path begins like this, in order.
pub fn files(prefix: &str) -> Vec<&'static File> {
    FILES.iter().filter(|file| file.path.starts_with(prefix)).collect()
}

/// Fetches a file, reports the bytes that have come, checks size and sha256, and unpacks it if its name ends in `.gz`.
///
/// # Errors
/// One sentence with *Retry* if there is no network, the file is missing, cut short or altered.
pub async fn fetch(base: &str, file: &File, mut on_progress: impl FnMut(u64)) -> Result<Vec<u8>, Trouble> {
    let failed = |what: &str| Trouble::new(format!("{} {what}.", name_for_reader(file)), Remedy::Retry);
    let address = format!("{base}{}?{}", file.path, &file.sha256[..8.min(file.sha256.len())]);
    let response = open(&address).await.map_err(|_| failed("could not be fetched; is there a network"))?;
    if !response.ok() {
        return Err(failed(&format!("could not be fetched (the server answers {})", response.status())));
    }
    let stream = response.body().ok_or_else(|| failed("came without content"))?;
    let bytes = read(stream.get_reader(), &mut on_progress).await.map_err(|_| failed("was cut off on its way"))?;
    if bytes.length() as u64 != file.bytes {
        return Err(failed(&format!("came with {} of {} bytes", bytes.length(), file.bytes)));
    }
    if sha256(&bytes).await.is_some_and(|sum| sum != file.sha256) {
        return Err(failed("arrived damaged (its checksum differs)"));
    }
    if !file.path.ends_with(".gz") {
        return Ok(bytes.to_vec());
    }
    unpack(&bytes).await.map_err(|_| failed("could not be unpacked"))
}

/// Fetches text, such as a model's source.
///
/// # Errors
/// One sentence with *Retry*.
pub async fn text(address: &str) -> Result<String, Trouble> {
    let failed = || Trouble::new("The source could not be fetched.", Remedy::Retry);
    let response = open(address).await.map_err(|_| failed())?;
    if !response.ok() {
        return Err(failed());
    }
    let text = JsFuture::from(response.text().map_err(|_| failed())?).await.map_err(|_| failed())?;
    text.as_string().ok_or_else(failed)
}

fn name_for_reader(file: &File) -> String {
    format!("The file {}", file.name)
}

async fn open(address: &str) -> Result<Response, JsValue> {
    // `fetch` is called on whatever global there is: a window or a worker.
    let global = js_sys::global();
    let function: js_sys::Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
    let promise: js_sys::Promise = function.call1(&global, &address.into())?.dyn_into()?;
    JsFuture::from(promise).await?.dyn_into()
}

async fn read(reader: js_sys::Object, on_progress: &mut impl FnMut(u64)) -> Result<Uint8Array, JsValue> {
    let reader: ReadableStreamDefaultReader = reader.unchecked_into();
    let mut chunks = Vec::new();
    let mut total = 0;
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            break;
        }
        let bytes: Uint8Array = Reflect::get(&chunk, &"value".into())?.dyn_into()?;
        total += bytes.length();
        on_progress(total.into());
        chunks.push(bytes);
    }
    let all = Uint8Array::new_with_length(total);
    let mut offset = 0;
    for chunk in chunks {
        all.set(&chunk, offset);
        offset += chunk.length();
    }
    Ok(all)
}

/// The checksum, or `None` where the browser offers none (an insecure origin).
async fn sha256(bytes: &Uint8Array) -> Option<String> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok().filter(|subtle| !subtle.is_undefined())?;
    let digest: js_sys::Function = Reflect::get(&subtle, &"digest".into()).ok()?.dyn_into().ok()?;
    let promise: js_sys::Promise = digest.call2(&subtle, &"SHA-256".into(), bytes).ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(promise).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn unpack(bytes: &Uint8Array) -> Result<Vec<u8>, JsValue> {
    let global = js_sys::global();
    let constructor: js_sys::Function = Reflect::get(&global, &"DecompressionStream".into())?.dyn_into()?;
    let stream = Reflect::construct(&constructor, &js_sys::Array::of1(&"gzip".into()))?;
    let packed = Response::new_with_opt_buffer_source(Some(bytes.unchecked_ref()))?;
    let body = packed.body().ok_or(JsValue::NULL)?;
    let pipe: js_sys::Function = Reflect::get(&body, &"pipeThrough".into())?.dyn_into()?;
    let unpacked: web_sys::ReadableStream = pipe.call1(&body, &stream)?.dyn_into()?;
    Ok(read(unpacked.get_reader(), &mut |_| ()).await?.to_vec())
}
