//! Notes by which somebody who holds an invitation to a group asks a member to be let in, and is told why not.
//!
//! ```text
//! join    = {0: invitation:32, 1: certificate, 2: name, 3: proof:64, 4: how the one who asks calls it:8}
//! refused = {0: how the one who asks calls it:8, 1: why}
//! ```

use minicbor::Encoder;

use super::{Malformed, fixed, read_whole, written};
use crate::model::{JoinRefusal, Name};

/// Asks to be let in. Nothing of it is checked but its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join<'a> {
    /// The operation that is the invitation.
    pub invite: [u8; 32],
    /// The certificate of the device that asks.
    pub cert: &'a [u8],
    /// What they call themselves.
    pub name: Name,
    /// Of the invitation's key, over the certificate.
    pub proof: [u8; 64],
    /// How the one who asks calls it.
    pub join: [u8; 8],
}

/// Says that nobody is let in, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinRefused {
    /// How the one who asks calls it.
    pub join: [u8; 8],
    /// Why.
    pub why: JoinRefusal,
}

impl<'a> Join<'a> {
    pub(super) fn encode(&self, e: &mut Encoder<Vec<u8>>) {
        written(e.map(5).and_then(|e| {
            e.u8(0)?.bytes(&self.invite)?.u8(1)?.bytes(self.cert)?;
            e.u8(2)?.str(self.name.as_str())?.u8(3)?.bytes(&self.proof)?;
            e.u8(4)?.bytes(&self.join)
        }));
    }

    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (mut invite, mut cert, mut name, mut proof, mut join) = (None, None, None, None, None);
        read_whole(bytes, |key, d| {
            match key {
                0 => invite = Some(fixed(d)?),
                1 => cert = Some(d.bytes()?),
                2 => name = Some(Name::new(d.str()?).ok_or(Malformed)?),
                3 => proof = Some(fixed(d)?),
                4 => join = Some(fixed(d)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self {
            invite: invite.ok_or(Malformed)?,
            cert: cert.ok_or(Malformed)?,
            name: name.ok_or(Malformed)?,
            proof: proof.ok_or(Malformed)?,
            join: join.ok_or(Malformed)?,
        })
    }
}

impl JoinRefused {
    pub(super) fn encode(self, e: &mut Encoder<Vec<u8>>) {
        let why = WHY.iter().position(|why| *why == self.why).and_then(|at| u8::try_from(at).ok());
        written(e.map(2).and_then(|e| e.u8(0)?.bytes(&self.join)?.u8(1)?.u8(why.unwrap_or(u8::MAX))));
    }

    /// A reason of a later version is read as the least telling one.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let (mut join, mut why) = (None, None);
        read_whole(bytes, |key, d| {
            match key {
                0 => join = Some(fixed(d)?),
                1 => why = Some(WHY.get(usize::from(d.u8()?)).copied().unwrap_or(JoinRefusal::Unable)),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { join: join.ok_or(Malformed)?, why: why.ok_or(Malformed)? })
    }
}

/// By their numbers.
const WHY: [JoinRefusal; 7] = [
    JoinRefusal::Unable,
    JoinRefusal::Invalid,
    JoinRefusal::Ended,
    JoinRefusal::Expired,
    JoinRefusal::Used,
    JoinRefusal::Removed,
    JoinRefusal::Full,
];
