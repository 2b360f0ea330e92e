//! What the worker gives to a task: a device, files, and words for the reader.

use std::{cell::RefCell, rc::Rc};

use futures::channel::mpsc::UnboundedSender;
use models::device::Device;

use crate::{
    fetch::{self, File},
    session::protocol::{LoadState, Progress, Remedy, Response, Trouble},
};

/// What the worker gives to a task.
#[derive(Clone)]
pub struct Context {
    /// Where tensors live.
    pub device: Device,
    /// The site's root address.
    pub base: String,
    pub(super) outbox: UnboundedSender<Response>,
}

impl Context {
    /// Builds the context of one worker.
    pub fn new(device: Device, base: String, outbox: UnboundedSender<Response>) -> Self {
        Self { device, base, outbox }
    }

    /// Fetches a file of the site, reports its progress, checks its size and sha256.
    pub async fn fetch(&self, file: &'static File) -> Result<Vec<u8>, Trouble> {
        let report = |loaded: u64, state: LoadState| {
            let progress = Progress { name: file.name.into(), loaded, total: file.bytes, state };
            // The page may have gone; then nobody needs to know.
            let _ = self.outbox.unbounded_send(Response::Progress(progress));
        };
        report(0, LoadState::Loading);
        match fetch::fetch(&self.base, file, |loaded| report(loaded, LoadState::Loading)).await {
            Ok(bytes) => {
                report(file.bytes, LoadState::Ready);
                Ok(bytes)
            }
            Err(trouble) => {
                report(0, if trouble.remedy == Remedy::Fetch { LoadState::Idle } else { LoadState::Error });
                Err(trouble)
            }
        }
    }

    /// Says a trouble that does not end the run. That the reader gave a file up is none: the run goes on without it.
    pub fn tell(&self, trouble: Trouble) {
        if trouble.remedy != Remedy::Fetch {
            self.say(trouble);
        }
    }

    pub(super) fn say(&self, trouble: Trouble) {
        let _ = self.outbox.unbounded_send(Response::Trouble(trouble));
    }
}

/// A file that arrives while the task is already running.
pub type Arriving<T> = Rc<RefCell<Option<T>>>;
