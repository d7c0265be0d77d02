// sane_control_option from a request to its reply: checks the request against the server's own descriptor and moves
// the value between the protocol's form and the buffer that libsane wants (protocol.md §7.8).
//
// Main thread of the device process. Blocks as long as the backend does.
#pragma once

#include "protocol/DeviceMessages.hxx"

#include <cstdint>
#include <optional>
#include <sane/sane.h>

namespace netsane {

class OptionTable;

// A request that doesn't fit the option is `invalid` with a reason, and nothing is changed. After info_reload_options
// the table has been loaded again and, where `with_descriptors`, the reply has the descriptors.
ControlOptionReply controlOption(SANE_Handle handle, OptionTable &table, const ControlOptionRequest &request,
                                 bool with_descriptors);

// The option's value, asked for; nothing where the backend doesn't give it. The option must exist.
std::optional<OptionValue> readOption(SANE_Handle handle, std::int32_t option, const OptionDescriptor &descriptor);

} // namespace netsane
