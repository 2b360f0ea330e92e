//! A worker and its messages, seen from the page.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, WorkerOptions, WorkerType};

use crate::{
    session::{
        post::{pack, unpack},
        protocol::{Request, Response},
    },
    site::release,
};

/// What a worker tells the page.
pub enum Event {
    /// A message.
    Message(Response),
    /// It died; the browser's words.
    Died(String),
}

/// A running worker. Dropping it terminates it: no zombie training, and its memory is freed.
pub struct Worker {
    worker: web_sys::Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Worker {
    /// Starts `PROGRAM_loader.js` of this page's release from the site's root, for a lesson or, to see what its engine is
    /// worth, for none.
    ///
    /// # Errors
    /// The browser has no module workers.
    pub fn start(
        base: &str,
        program: &str,
        lesson: Option<&str>,
        on_event: impl Fn(Event) + Clone + 'static,
    ) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(lesson.unwrap_or_default());
        let worker = web_sys::Worker::new_with_options(&format!("{base}{program}_loader.js?{}", release()), &options)
            .map_err(|_| String::from("This browser cannot start module workers."))?;
        let tell = on_event.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            if let Some(text) = data.as_string() {
                return tell(Event::Died(text));
            }
            match unpack(&data) {
                Ok(response) => tell(Event::Message(response)),
                Err(trouble) => tell(Event::Died(trouble.sentence)),
            }
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            // Where the file itself did not come, the event is a plain one and has no message.
            let message = js_sys::Reflect::get(&event, &"message".into()).ok().and_then(|message| message.as_string());
            let message = message.filter(|message| !message.is_empty());
            on_event(Event::Died(message.unwrap_or_else(|| "it could not be loaded".into())));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a request; its buffer is handed over. What is attached is copied, for the page may want it again.
    pub fn send(&self, request: Request) {
        let parts = pack(request);
        let transfer = js_sys::Array::of1(&parts.get(0));
        // Fails only for buffers that cannot be transferred, which a fresh one always can.
        let _ = self.worker.post_message_with_transfer(&parts, &transfer);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
