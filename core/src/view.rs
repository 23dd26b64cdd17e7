//! A text and where each of its characters came from.

/// A normalised text.  `spans` bound, in places of its source, what each character came from; none where one to one.
#[derive(Default)]
pub struct View {
    pub text: Vec<u32>,
    pub spans: Option<(Vec<u32>, Vec<u32>)>,
}

impl View {
    /// Makes room for a text of that size, one to one.
    pub fn resize(&mut self, size: usize) {
        self.text.resize(size, 0);
        self.spans = None;
    }

    /// The stretch of the source that `[start, end)` came from, grown to whole clusters.
    #[inline]
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.spans {
            Some((starts, ends)) if start < end => (starts[start] as usize, ends[end - 1] as usize),
            _ => (start, end),
        }
    }
}

/// A view without ignorable characters and with runs squeezed; `last` has the last place of each character's run.
#[derive(Default)]
pub struct Reduced {
    pub text: Vec<u32>,
    pub last: Vec<u32>,
}

impl Reduced {
    /// Where in the source a match that begins with character `k` can begin: `[low, high]`.
    #[inline]
    pub fn starts(&self, k: usize) -> (usize, usize) {
        let low = if k == 0 {
            0
        } else {
            self.last[k - 1] as usize + 1
        };
        (low, self.last[k] as usize)
    }
}

/// A reduced view as it is written, in room for all of its source.
pub struct Squeezing<'a> {
    reduced: &'a mut Reduced,
    count: usize,
    before: u32,
}

impl<'a> Squeezing<'a> {
    pub fn new(reduced: &'a mut Reduced, size: usize) -> Self {
        reduced.text.resize(size, 0);
        reduced.last.resize(size, 0);
        Squeezing {
            reduced,
            count: 0,
            before: u32::MAX, // no character
        }
    }

    /// Adds a character that is not ignorable; one that is there already is the same run.
    #[inline]
    pub fn add(&mut self, code: u32, at: usize) {
        self.count += usize::from(code != self.before);
        self.before = code;
        self.reduced.text[self.count - 1] = code;
        self.reduced.last[self.count - 1] = at as u32;
    }

    pub fn end(self) {
        self.reduced.text.truncate(self.count);
        self.reduced.last.truncate(self.count);
    }
}
