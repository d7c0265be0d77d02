// Faults that any call of the test's libsane (FakeSane.cxx) can have, named by the device: "fake:sticks-in-open" never
// returns from sane_open, whatever comes.
//
// Which devices a daemon lists is in a file, as the environment's NETSANE_FAKE_DEVICES says: a name a line. A line
// "!sticks" or the like befalls who lists.
#pragma once

#include <sane/sane.h>
#include <string>

namespace netsane::test::faults {

// Does what the device's name says of this call: sticks, aborts, crashes, exits or babbles on standard error.
void befall(const std::string &device, const char *call);

// An option that can't be, of devices that have such; else nothing.
const SANE_Option_Descriptor *descriptor(const std::string &device, SANE_Int option);

// Parameters that can't be, or don't fit the data.
void alter(const std::string &device, SANE_Parameters &parameters);

bool areListed();
const SANE_Device **devices();

} // namespace netsane::test::faults
