// What somebody between client and server does to the fields of a message.

#pragma once

#include "tests/auth/AuthFields.hxx"
#include "tests/fuzz/FuzzInput.hxx"

namespace netsane {

/// Takes edits from the input until it says to stop or ends: each is a byte with what to do, a byte with the field and
/// what it needs. With 0 in place of the first edit nothing is done.
void editFields(FuzzInput &input, OutFields &fields);

} // namespace netsane
