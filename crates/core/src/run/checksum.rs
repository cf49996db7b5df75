//! CRC-32, the checksum of what is stored and saved. The crate crc32fast, which the tests compare with, has tables of
//! 16 kB that every visitor would load.

/// The sums of the 16 values of half a byte.
const TABLE: [u32; 16] = [
    0x0000_0000,
    0x1db7_1064,
    0x3b6e_20c8,
    0x26d9_30ac,
    0x76dc_4190,
    0x6b6b_51f4,
    0x4db2_6158,
    0x5005_713c,
    0xedb8_8320,
    0xf00f_9344,
    0xd6d6_a3e8,
    0xcb61_b38c,
    0x9b64_c2b0,
    0x86d3_d2d4,
    0xa00a_e278,
    0xbdbd_f21c,
];

/// The sum of the bytes so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checksum(u32);

impl Checksum {
    pub(super) fn new() -> Self {
        Self(u32::MAX)
    }

    /// The sum of all bytes at once.
    pub(super) fn of(bytes: &[u8]) -> u32 {
        let mut sum = Self::new();
        sum.update(bytes);
        sum.finish()
    }

    #[expect(clippy::indexing_slicing, reason = "half a byte is less than 16")]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let next_half = |sum: u32| sum >> 4 ^ TABLE[(sum & 0xf) as usize];
        self.0 = bytes.iter().fold(self.0, |sum, byte| next_half(next_half(sum ^ u32::from(*byte))));
    }

    pub(super) fn finish(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_that_is_usual() {
        assert_eq!(Checksum::of(b"123456789"), 0xcbf4_3926);
        assert_eq!(Checksum::of(b""), 0);
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for len in [1, 15, 16, 17, 255, 1_000] {
            assert_eq!(Checksum::of(&bytes[..len]), crc32fast::hash(&bytes[..len]), "{len}");
        }
    }

    #[test]
    fn parts_have_the_sum_of_the_whole() {
        let mut sum = Checksum::new();
        for part in ["1234", "", "56789"] {
            sum.update(part.as_bytes());
        }
        assert_eq!(sum.finish(), Checksum::of(b"123456789"));
    }
}
