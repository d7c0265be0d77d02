// A line on the control socket, with any bytes: what is refused is refused in printable words, and what is accepted is
// what the line says.

#include "daemon/ControlRequest.hxx"
#include "tests/fuzz/Require.hxx"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace {

using namespace netsane;

bool isPrintable(std::string_view text)
{
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

const char *targetName(ControlRequest::Target target)
{
    switch (target) {
    case ControlRequest::Target::any:
        return "any";
    case ControlRequest::Target::connection:
        return "connection";
    case ControlRequest::Target::user:
        return "user";
    case ControlRequest::Target::address:
        return "address";
    case ControlRequest::Target::device:
        return "device";
    }
    return "";
}

std::string lineOf(const ControlRequest &request)
{
    if (request.command == ControlRequest::Command::kick)
        return std::string("kick ") + targetName(request.target) + " " + request.value;
    return request.command == ControlRequest::Command::status ? "status" : "reload";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view line(reinterpret_cast<const char *>(data), size);
    try {
        const auto request = ControlRequest::parse(line);
        require(lineOf(request) == line, "what is accepted says what the line says");
        require(size < ControlRequest::max_bytes && isPrintable(line), "and is a line of text");
        require(request.command == ControlRequest::Command::kick ? !request.value.empty() : request.value.empty(),
                "with somebody where somebody is meant");
    } catch (const std::invalid_argument &error) {
        const std::string_view text(error.what());
        require(!text.empty() && text.size() < 200 && isPrintable(text), "a refusal is short and printable");
    }
    return 0;
}
