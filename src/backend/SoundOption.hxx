// What a server says of an option, checked before a frontend believes it.
//
// Frontends trust their backend: they read the number of options and the options of well-known names into one word on
// their stack, and print titles as they come. Pure functions, any thread.
#pragma once

#include "protocol/OptionDescriptor.hxx"

namespace netsane {

// Option 0 is the number of options: an INT of one word without a constraint. Throws
// ProtocolError.
void checkNumberOption(const OptionDescriptor &descriptor);

// Puts right what can be put right, and throws ProtocolError for what can't: values of impossible sizes, control
// characters in names. Options of a well-known name (saneopts.h) have one word; a string of such a name, which a few
// old drivers have, becomes inactive.
void makeSound(OptionDescriptor &descriptor);

} // namespace netsane
