//! Texture without shape: photographs are cut into pieces that change places, again and again, one picture at a time.

use models::{explain::shuffle::shuffled, metrics::largest};

use super::{
    Task,
    sight::{interleaved, side_of},
    trials::ask,
};
use crate::{
    lessons::alexnet::{Finding, Often, Photograph, Shuffled, Which},
    session::protocol::Trouble,
};

/// Pieces along a side: both networks' pictures can be cut into so many.
const PIECES: [u8; 5] = [1, 2, 4, 8, 16];
/// Times that each photograph is shuffled in each number of pieces.
const SHUFFLES: u64 = 8;

/// A picture that both networks are asked about.
#[derive(Clone, Copy)]
struct Cut {
    photo: usize,
    pieces: u8,
    shuffle: u64,
}

/// An experiment that is under way.
pub struct Shuffling {
    /// Its number.
    pub run: u32,
    seed: u64,
    /// The picture that is looked at, then those that are shuffled often.
    photos: Vec<Photograph>,
    cuts: Vec<Cut>,
    done: usize,
    /// What each network called the whole picture.
    whole: [usize; 2],
    shown: Vec<Shuffled>,
    often: Vec<Often>,
}

impl Shuffling {
    /// The picture that is looked at is cut once; the sound ones of `photos` are shuffled often.
    pub fn new(run: u32, seed: u32, looked_at: Photograph, photos: Vec<Photograph>) -> Self {
        let photos: Vec<Photograph> =
            std::iter::once(looked_at).chain(photos.into_iter().filter(Photograph::is_sound)).collect();
        let mut cuts = Vec::new();
        for photo in 0..photos.len() {
            for pieces in PIECES {
                let shuffles = if photo == 0 || pieces == 1 { 1 } else { SHUFFLES };
                cuts.extend((0..shuffles).map(|shuffle| Cut { photo, pieces, shuffle }));
            }
        }
        let often = PIECES.map(|pieces| Often { pieces, ..Often::default() }).to_vec();
        Self { run, seed: seed.into(), photos, cuts, done: 0, whole: [0; 2], shown: Vec::new(), often }
    }

    /// How much of it is done, 0 to 1.
    pub fn share(&self) -> f32 {
        self.done as f32 / self.cuts.len().max(1) as f32
    }

    /// Asks both networks about the next picture. After the last one there is a finding.
    pub async fn go_on(&mut self, task: &Task) -> Result<Option<Finding>, Trouble> {
        if let Some(cut) = self.cuts.get(self.done).copied() {
            self.ask(task, cut).await?;
            self.done += 1;
        }
        let is_over = self.done >= self.cuts.len();
        Ok(is_over.then(|| Finding::Texture {
            shown: std::mem::take(&mut self.shown),
            often: std::mem::take(&mut self.often),
        }))
    }

    async fn ask(&mut self, task: &Task, cut: Cut) -> Result<(), Trouble> {
        let mut called = [(0, 0.0); 2];
        let mut first = [0.0; 2];
        let mut rgb = Vec::new();
        for which in Which::ALL {
            let (side, network) = (side_of(which), which as usize);
            let whole = self.photos[cut.photo].planes(side);
            // Seed and number of pieces decide their order, so both networks see the same picture.
            let planes = shuffled(&whole, [side, side], cut.pieces.into(), self.seed + cut.shuffle);
            if which == Which::AlexNet && cut.photo == 0 {
                rgb = interleaved(&planes);
            }
            let rows = ask(task, which, &planes).await?;
            let Some(row) = rows.first() else { continue };
            let now = largest(row);
            if cut.pieces == 1 {
                self.whole[network] = now;
            }
            called[network] = (now as u16, row[now]);
            first[network] = row[self.whole[network]];
        }
        if cut.photo == 0 {
            self.shown.push(Shuffled { pieces: cut.pieces, rgb, called });
        } else if let Some(often) = self.often.iter_mut().find(|often| often.pieces == cut.pieces) {
            for network in Which::ALL.map(|which| which as usize) {
                often.first[network].push(first[network]);
                often.called[network].push(called[network].0);
                often.kept[network] += u32::from(usize::from(called[network].0) == self.whole[network]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_looked_at_is_cut_once_and_the_others_often() {
        let photo = Photograph { width: 2, height: 1, rgb: vec![0; 6] };
        let damaged = Photograph { width: 2, height: 2, rgb: vec![0; 6] };
        let mut shuffling = Shuffling::new(3, 1, photo.clone(), vec![photo, damaged]);
        let often = 1 + (PIECES.len() - 1) * SHUFFLES as usize;
        assert_eq!((shuffling.cuts.len(), shuffling.share()), (PIECES.len() + often, 0.0));
        // The whole photograph comes before its pieces, which are compared with it.
        for photo in 0..2 {
            let first = shuffling.cuts.iter().find(|cut| cut.photo == photo).unwrap();
            assert_eq!(first.pieces, 1);
        }
        shuffling.done = shuffling.cuts.len();
        assert_eq!(shuffling.share(), 1.0);
    }
}
