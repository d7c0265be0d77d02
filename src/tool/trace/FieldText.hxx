// Names of commands and values of fields for people and for JSON. Stateless functions; whatever a recording says, what
// they give has no control characters.
#pragma once

#include "trace/TraceField.hxx"

#include <cstdint>
#include <string>
#include <string_view>

namespace netsane {

// "OPEN"; "command 99" for what is none.
std::string commandText(std::uint32_t command);

// "option[3].name"
std::string fieldName(const NamedField &field);

// `"Color"`, `GOOD`, `{150}`, `<6 bytes>` for a value that isn't recorded.
std::string fieldText(const NamedField &field);

// The same as a JSON value; only of a field whose value is recorded.
std::string fieldJson(const NamedField &field);

// With quotes around it. Bytes that aren't ASCII are written as if they were ISO 8859-1.
std::string jsonString(std::string_view text);

} // namespace netsane
