//! Files that a task can do without at first: fetched while all else goes on, taken in when the page says so.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen_futures::spawn_local;

use super::{
    context::{Arriving, Context},
    protocol::{Remedy, Trouble},
};

/// What is on its way, told apart by a `P`; an `A` comes of each.
pub struct Arrivals<P, A> {
    asked: Rc<RefCell<Vec<P>>>,
    come: Arriving<Vec<(P, A)>>,
}

impl<P, A> Default for Arrivals<P, A> {
    fn default() -> Self {
        Self { asked: Rc::default(), come: Rc::default() }
    }
}

impl<P: Copy + PartialEq + 'static, A: 'static> Arrivals<P, A> {
    /// What has been asked for, and was neither given up nor cut off.
    pub fn asked(&self) -> Vec<P> {
        self.asked.borrow().clone()
    }

    /// It is here by another way, and need not be asked for.
    pub fn note(&self, piece: P) {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&piece) {
            asked.push(piece);
        }
    }

    /// It may be asked for again.
    pub fn forget(&self, piece: P) {
        self.asked.borrow_mut().retain(|other| *other != piece);
    }

    /// Lets `bring` fetch it, unless it has been asked for. The page hears of its coming, and asks to take it in.
    pub fn fetch(&self, piece: P, context: &Context, bring: impl Future<Output = Result<A, Trouble>> + 'static) {
        if self.asked.borrow().contains(&piece) {
            return;
        }
        self.note(piece);
        let (context, mine) = (context.clone(), Self { asked: Rc::clone(&self.asked), come: Rc::clone(&self.come) });
        spawn_local(async move {
            match bring.await {
                Ok(arrived) => mine.come.borrow_mut().get_or_insert_default().push((piece, arrived)),
                Err(trouble) => {
                    // What is not there at all is not asked for twice.
                    if trouble.remedy != Remedy::Dismiss {
                        mine.forget(piece);
                    }
                    context.tell(trouble);
                }
            }
        });
    }

    /// What has come since the last time.
    pub fn take(&self) -> Vec<(P, A)> {
        self.come.borrow_mut().take().unwrap_or_default()
    }
}
