#include "session/ServerLegality.hxx"

#include <array>
#include <cstddef>

namespace netsane {

namespace {

constexpr std::size_t state_count = 6;

struct Row {
    Command command;
    std::array<bool, state_count> legal;
};

// clang-format off
constexpr std::array<Row, 6> table{{
    //                        open   crypt_asked _later user_asked pass_asked checking
    {Command::hello,        {{true,  true,       true,  true,      false,     false}}},
    {Command::crypt_reply,  {{false, true,       true,  false,     false,     false}}},
    {Command::user,         {{false, false,      false, true,      false,     false}}},
    {Command::pass_reply,   {{false, false,      false, false,     true,      false}}},
    {Command::fail,         {{false, false,      false, true,      true,      false}}},
    {Command::quit,         {{true,  true,       true,  true,      true,      true}}},
}};
constexpr std::array<bool, state_count> requests{{true,  false, true, true, true, true}};
// clang-format on

} // namespace

bool isLegalFromClient(ServerState state, std::uint32_t command) noexcept
{
    const auto column = static_cast<std::size_t>(state);
    if (isRequest(static_cast<Command>(command)))
        return requests[column];
    for (const auto &row : table)
        if (static_cast<std::uint32_t>(row.command) == command)
            return row.legal[column];
    return false;
}

std::string_view stateName(ServerState state) noexcept
{
    switch (state) {
    case ServerState::open:
        return "open";
    case ServerState::crypt_asked:
    case ServerState::crypt_asked_later:
        return "waiting for CRPT_RPLY";
    case ServerState::user_asked:
        return "waiting for USER";
    case ServerState::pass_asked:
        return "waiting for PASS_RPLY";
    case ServerState::checking:
        return "checking a login";
    }
    return "unknown";
}

} // namespace netsane
