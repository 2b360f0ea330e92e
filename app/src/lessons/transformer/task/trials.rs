//! What the experiments ask of the toy: longer sequences than it learned from, and shuffled ones.

use models::{
    data::sequences::Sequences,
    tensor::{Int, Tensor, TensorData, Transaction},
};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg32;

use super::toy::ToyTask;
use crate::{
    lessons::{pictures::school::read, transformer::Shuffled},
    session::protocol::Trouble,
};

/// Sequences of each length that are judged.
const JUDGED: usize = 200;
/// How many symbols longer than learned.
const LONGER: [usize; 6] = [0, 1, 2, 4, 6, 8];

impl ToyTask {
    /// Length, share of symbols right, share of whole sequences right.
    pub(super) async fn judge_longer(&self) -> Result<Vec<(u8, f32, f32)>, Trouble> {
        let mut rng = Pcg32::seed_from_u64(0x4c4f_4e47);
        let lengths = LONGER.map(|more| self.toy.sequences.length + more);
        let mut transaction = Transaction::default();
        for length in lengths {
            let sequences = Sequences { length, ..self.toy.sequences };
            let sources = sequences.draws(JUDGED, true, &mut rng);
            let (look, examples) = self.toy.look(&sources, &Default::default());
            let [symbols, whole] = examples.accuracy(look.logits);
            transaction = transaction.register(symbols).register(whole);
        }
        let found = read(transaction).await?;
        let number = |place: usize| found.get(place).and_then(|values| values.first()).copied().unwrap_or(f32::NAN);
        Ok(lengths.iter().enumerate().map(|(at, length)| (*length as u8, number(2 * at), number(2 * at + 1))).collect())
    }

    /// The share of held-out sequences that get the same answer when they are shuffled, and the first of them.
    pub(super) async fn shuffle(&self) -> Result<Shuffled, Trouble> {
        let mut rng = Pcg32::seed_from_u64(0x5348_5546);
        let sources = self.toy.held_out(JUDGED);
        let shuffled: Vec<Vec<usize>> = sources
            .iter()
            .map(|source| {
                let mut shuffled = source.clone();
                shuffled.shuffle(&mut rng);
                shuffled
            })
            .collect();
        let (before, after) = (self.answers(&sources).await?, self.answers(&shuffled).await?);
        let same = before.iter().zip(&after).filter(|(one, other)| one == other).count();
        let first = |sources: &[Vec<usize>], answers: &[Vec<i64>]| {
            let source = sources.first().into_iter().flatten().map(|symbol| *symbol as u8).collect();
            // Every answer begins with the mark of the beginning.
            let answer = answers.first().into_iter().flatten().skip(1).map(|symbol| *symbol as u8).collect();
            (source, answer)
        };
        Ok(Shuffled {
            same: same as f32 / sources.len().max(1) as f32,
            count: sources.len() as u32,
            example: [first(&sources, &before), first(&shuffled, &after)],
        })
    }

    /// What the toy writes by itself, symbol by symbol, always the likeliest: one answer for each source of one length.
    async fn answers(&self, sources: &[Vec<usize>]) -> Result<Vec<Vec<i64>>, Trouble> {
        let (rows, length) = (sources.len(), sources.first().map_or(0, Vec::len));
        let model = self.toy.trainer.valid();
        let numbers: Vec<i64> = sources.iter().flatten().map(|symbol| *symbol as i64).collect();
        let source = Tensor::<2, Int>::from_data(TensorData::new(numbers, [rows, length]), &self.device);
        let mut written = vec![vec![self.toy.sequences.start() as i64]; rows];
        for place in 0..length {
            let given: Vec<i64> = written.iter().flatten().copied().collect();
            let given = Tensor::<2, Int>::from_data(TensorData::new(given, [rows, place + 1]), &self.device);
            let logits = model.forward(source.clone(), given, None); // [rows, place + 1, vocabulary]
            let last = logits.narrow(1, place, 1).argmax(2).float().flatten::<1>(0, 2); // [rows]
            let last = read(Transaction::default().register(last)).await?.into_iter().next().unwrap_or_default();
            written.iter_mut().zip(last).for_each(|(written, symbol)| written.push(symbol as i64));
        }
        Ok(written)
    }
}
