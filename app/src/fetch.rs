//! Bytes of the site: streamed with progress, resumed where they were cut, checked for size and sha256, kept, unpacked.
//!
//! Works on the page and in a worker. What a file must be (size, checksum) is compiled in, so data cut short or mixed
//! from two releases is told apart from data that is right. What was right once is kept by its checksum and needs no network
//! again. Leaving the lesson ends its worker, and a download with it; one that the reader gives up goes on from there when it
//! is wanted again.

use std::cell::RefCell;

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, Response};

use crate::{
    session::protocol::{Remedy, Trouble},
    store,
};

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

/// How often a file is asked for before its trouble is told.
const TRIES: u32 = 4;
/// How long to wait before the second time, in milliseconds; later ones wait longer.
const PAUSE: u32 = 250;

thread_local! {
    /// What stops the downloads that are under way, by name.
    static STOPS: RefCell<Vec<(&'static str, AbortController)>> = const { RefCell::new(Vec::new()) };
    /// The parts of files that were given up.
    static PARTS: RefCell<Vec<(&'static str, Download)>> = const { RefCell::new(Vec::new()) };
}

/// Gives the download of a file up, if it is under way. What has come of it is kept.
pub fn give_up(name: &str) {
    STOPS.with_borrow(|stops| {
        for (_, controller) in stops.iter().filter(|(known, _)| *known == name) {
            controller.abort();
        }
    });
}

/// A download's right to be given up, while it is under way.
struct Stop {
    name: &'static str,
    controller: AbortController,
}

impl Stop {
    fn new(name: &'static str) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        STOPS.with_borrow_mut(|stops| stops.push((name, controller.clone())));
        Ok(Self { name, controller })
    }

    fn is_given_up(&self) -> bool {
        self.controller.signal().aborted()
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        STOPS.with_borrow_mut(|stops| stops.retain(|(name, _)| *name != self.name));
    }
}

/// Fetches a file, or takes the copy that is kept; reports the bytes that have come, checks size and sha256, and unpacks it
/// if its name ends in `.gz`. What is cut off on its way is resumed where it was cut.
///
/// # Errors
/// One sentence with *Retry* if there is no network, the file is missing, cut short or altered; with *Fetch* if the reader gave
/// it up.
pub async fn fetch(base: &str, file: &'static File, mut on_progress: impl FnMut(u64)) -> Result<Vec<u8>, Trouble> {
    let failed = |what: &str| Trouble::new(format!("The file {} {what}.", file.name), Remedy::Retry);
    let address = format!("{base}{}?{}", file.path, &file.sha256[..8.min(file.sha256.len())]);
    let bytes = match kept(&address, file).await {
        Some(bytes) => {
            on_progress(file.bytes);
            bytes
        }
        None => {
            let bytes = download(&address, file, &mut on_progress).await.map_err(|vain| match vain {
                Vain::GivenUp(place) => given_up(file, place),
                Vain::Passing(what) | Vain::Lasting(what) => failed(&what),
            })?;
            keep(&address, &bytes).await;
            bytes
        }
    };
    if !file.path.ends_with(".gz") {
        return Ok(bytes.to_vec());
    }
    unpack(&bytes).await.map_err(|_| failed("could not be unpacked"))
}

fn given_up(file: &File, place: u32) -> Trouble {
    let megabytes = |bytes: f64| format!("{:.1}", bytes / 1e6);
    let (here, all) = (megabytes(place.into()), megabytes(file.bytes as f64));
    Trouble::new(format!("You cancelled the download of {} at {here} of {all} MB.", file.name), Remedy::Fetch)
}

/// The copy of a file that was kept earlier, if it is whole.
async fn kept(address: &str, file: &File) -> Option<Uint8Array> {
    let found = JsFuture::from(store::open(store::DATA).await?.match_with_str(address)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let bytes = Uint8Array::new(&JsFuture::from(response.array_buffer().ok()?).await.ok()?);
    check(&bytes, file).await.is_ok().then_some(bytes)
}

/// Keeps a file that is right. Where it cannot be kept it is fetched again at the next visit.
async fn keep(address: &str, bytes: &Uint8Array) -> Option<()> {
    let response = Response::new_with_opt_buffer_source(Some(bytes.unchecked_ref())).ok()?;
    JsFuture::from(store::open(store::DATA).await?.put_with_str(address, &response)).await.ok()?;
    Some(())
}

/// Size and checksum; what is wrong, as the end of a sentence.
async fn check(bytes: &Uint8Array, file: &File) -> Result<(), String> {
    if u64::from(bytes.length()) != file.bytes {
        return Err(format!("came with {} of {} bytes", bytes.length(), file.bytes));
    }
    match sha256(bytes).await {
        Some(sum) if sum != file.sha256 => Err("arrived damaged (its checksum differs)".into()),
        _ => Ok(()),
    }
}

/// A file that is on its way.
struct Download {
    /// Room for the whole file.
    bytes: Uint8Array,
    /// How much of it is there.
    place: u32,
    /// The server's mark of the version that it is a part of.
    version: Option<String>,
}

/// Why a try was in vain.
enum Vain {
    /// Another try may go better.
    Passing(String),
    /// It will not.
    Lasting(String),
    /// The reader does not want it now; so many bytes have come.
    GivenUp(u32),
}

/// Fetches a file in as many parts as the network makes of it; what was wrong at last, as the end of a sentence.
async fn download(address: &str, file: &'static File, on_progress: &mut impl FnMut(u64)) -> Result<Uint8Array, Vain> {
    let room = u32::try_from(file.bytes).map_err(|_| Vain::Lasting("is too large".into()))?;
    let mut download =
        part_of(file).unwrap_or_else(|| Download { bytes: Uint8Array::new_with_length(room), place: 0, version: None });
    let stop = Stop::new(file.name).map_err(|_| Vain::Lasting("needs a browser of the last few years".into()))?;
    let mut wrong = String::new();
    for again in 0..TRIES {
        if again > 0 {
            pause(PAUSE * again * again).await;
        }
        let outcome = download.go_on(address, again > 0, &stop, on_progress).await;
        if outcome.is_err() && stop.is_given_up() {
            let place = download.place;
            PARTS.with_borrow_mut(|parts| parts.push((file.path, download)));
            return Err(Vain::GivenUp(place));
        }
        match outcome {
            Ok(()) => match check(&download.bytes, file).await {
                Ok(()) => return Ok(download.bytes),
                // Parts of two versions, or a damaged copy on the way: from the beginning.
                Err(what) => (download.place, wrong) = (0, what),
            },
            Err(Vain::Passing(what)) => wrong = what,
            Err(vain) => return Err(vain),
        }
    }
    Err(Vain::Passing(wrong))
}

/// What has come of a file that was given up.
fn part_of(file: &File) -> Option<Download> {
    PARTS.with_borrow_mut(|parts| {
        let place = parts.iter().position(|(path, _)| *path == file.path)?;
        Some(parts.swap_remove(place).1)
    })
}

impl Download {
    /// Asks for what is still missing and takes what comes.
    async fn go_on(
        &mut self,
        address: &str,
        again: bool,
        stop: &Stop,
        on_progress: &mut impl FnMut(u64),
    ) -> Result<(), Vain> {
        let vain = |_| Vain::Passing("could not be fetched; there may be no network".into());
        let response = open(address, again, self.place, self.version.as_deref(), Some(stop)).await.map_err(vain)?;
        let header = |name: &str| response.headers().get(name).ok().flatten();
        match response.status() {
            // The server sends the rest. Another rest than the one that was asked for is of no use.
            206 if header("content-range")
                .is_some_and(|range| range.starts_with(&format!("bytes {}-", self.place))) => {}
            206 | 416 => {
                self.place = 0;
                return Err(Vain::Passing("came in another part than was asked for".into()));
            }
            200 => self.place = 0,
            status @ (408 | 429 | 500..) => {
                return Err(Vain::Passing(format!("could not be fetched (the server answers {status})")));
            }
            status => return Err(Vain::Lasting(format!("could not be fetched (the server answers {status})"))),
        }
        self.version = header("etag").filter(|mark| !mark.starts_with("W/"));
        let stream = response.body().ok_or_else(|| Vain::Passing("came without content".into()))?;
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let whole = self.bytes.length();
        loop {
            let cut = |_| Vain::Passing("was cut off on its way".into());
            let Some(chunk) = next(&reader).await.map_err(cut)? else { break };
            if chunk.length() > whole - self.place {
                self.place = 0;
                return Err(Vain::Passing(format!("came with more than {whole} bytes")));
            }
            self.bytes.set(&chunk, self.place);
            self.place += chunk.length();
            on_progress(self.place.into());
        }
        match self.place == whole {
            true => Ok(()),
            false => Err(Vain::Passing(format!("came with {} of {whole} bytes", self.place))),
        }
    }
}

/// Fetches text, such as a model's source.
///
/// # Errors
/// One sentence with *Retry*.
pub async fn text(address: &str) -> Result<String, Trouble> {
    let failed = || Trouble::new("The source could not be fetched.", Remedy::Retry);
    let response = open(address, false, 0, None, None).await.map_err(|_| failed())?;
    if !response.ok() {
        return Err(failed());
    }
    let text = JsFuture::from(response.text().map_err(|_| failed())?).await.map_err(|_| failed())?;
    text.as_string().ok_or_else(failed)
}

/// Asks for a file from a byte on, of a known version if there is one.
async fn open(
    address: &str,
    again: bool,
    from: u32,
    version: Option<&str>,
    stop: Option<&Stop>,
) -> Result<Response, JsValue> {
    // `fetch` is called on whatever global there is: a window or a worker.
    let global = js_sys::global();
    let function: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
    let options = Object::new();
    if let Some(stop) = stop {
        Reflect::set(&options, &"signal".into(), &stop.controller.signal())?;
    }
    if from > 0 {
        let headers = Object::new();
        Reflect::set(&headers, &"Range".into(), &format!("bytes={from}-").into())?;
        if let Some(version) = version {
            Reflect::set(&headers, &"If-Range".into(), &version.into())?;
        }
        Reflect::set(&options, &"headers".into(), &headers)?;
    }
    if again {
        // A cut or damaged copy in the browser's own cache must not come again.
        Reflect::set(&options, &"cache".into(), &"no-store".into())?;
    }
    let promise: Promise = function.call2(&global, &address.into(), &options)?.dyn_into()?;
    JsFuture::from(promise).await?.dyn_into()
}

/// Waits so many milliseconds.
pub async fn pause(milliseconds: u32) {
    let timer = Promise::new(&mut |resolve, _| {
        let global = js_sys::global();
        let later = Reflect::get(&global, &"setTimeout".into()).and_then(|later| later.dyn_into::<Function>());
        // Where there is no timer nobody waits.
        let _ = match later {
            Ok(later) => later.call2(&global, &resolve, &milliseconds.into()),
            Err(_) => resolve.call0(&global),
        };
    });
    let _ = JsFuture::from(timer).await;
}

/// The next bytes of a stream; `None` at its end.
async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let chunk = JsFuture::from(reader.read()).await?;
    if Reflect::get(&chunk, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    Ok(Some(Reflect::get(&chunk, &"value".into())?.dyn_into()?))
}

/// All bytes of a stream.
async fn read(reader: Object) -> Result<Uint8Array, JsValue> {
    let reader: ReadableStreamDefaultReader = reader.unchecked_into();
    let (mut chunks, mut total) = (Vec::new(), 0);
    while let Some(bytes) = next(&reader).await? {
        total += bytes.length();
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
    let digest: Function = Reflect::get(&subtle, &"digest".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = digest.call2(&subtle, &"SHA-256".into(), bytes).ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(promise).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn unpack(bytes: &Uint8Array) -> Result<Vec<u8>, JsValue> {
    let global = js_sys::global();
    let constructor: Function = Reflect::get(&global, &"DecompressionStream".into())?.dyn_into()?;
    let stream = Reflect::construct(&constructor, &js_sys::Array::of1(&"gzip".into()))?;
    let packed = Response::new_with_opt_buffer_source(Some(bytes.unchecked_ref()))?;
    let body = packed.body().ok_or(JsValue::NULL)?;
    let pipe: Function = Reflect::get(&body, &"pipeThrough".into())?.dyn_into()?;
    let unpacked: web_sys::ReadableStream = pipe.call1(&body, &stream)?.dyn_into()?;
    Ok(read(unpacked.get_reader()).await?.to_vec())
}
