// The options of the device "fake:moody" (FakeSane.cxx): setting one changes others, mostly without a word about it,
// also when it is refused; one can't always be read, one changes its size, one stores something else than was set, one
// is a sensor.
#pragma once

#include <sane/sane.h>

namespace netsane::test::moody {

const SANE_Option_Descriptor *descriptor(SANE_Int option);
SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info);

// What the parameters' lines follow.
SANE_Int lines();

} // namespace netsane::test::moody
