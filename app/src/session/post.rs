//! How messages travel: postcard bytes in a transferred buffer and, beside it, bytes that are only kept or handed on.
//!
//! Those stay in the browser's memory, which is given back. A page's wasm memory never shrinks: what a long run keeps for its
//! time machine would be held for the rest of the visit.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use super::protocol::{Trouble, decode, encode};

/// What page and worker say to each other.
pub trait Message: Serialize + DeserializeOwned {
    /// Where bytes lie that travel beside the message, if it is of a kind that has any.
    fn attachment(&mut self) -> Option<&mut Option<ArrayBuffer>>;
}

/// A message as it is posted: its buffer, and the attached one if there is one.
pub fn pack(mut message: impl Message) -> Array {
    let attached = message.attachment().and_then(Option::take);
    let mut parts = Array::of1(&to_buffer(&encode(&message)));
    parts.extend(attached);
    parts
}

/// Reads what was posted; what is not ours gives an error, never a panic.
pub fn unpack<M: Message>(posted: &JsValue) -> Result<M, Trouble> {
    let parts = posted.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default();
    let mut buffers = parts.into_iter().filter_map(|part| part.dyn_into::<ArrayBuffer>().ok());
    let bytes = buffers.next().map(|buffer| to_bytes(&buffer)).unwrap_or_default();
    let mut message: M = decode(&bytes)?;
    if let Some(place) = message.attachment() {
        *place = buffers.next();
    }
    Ok(message)
}

/// Bytes in the browser's memory.
pub fn to_buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// Bytes of the browser's memory, in ours.
pub fn to_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}
