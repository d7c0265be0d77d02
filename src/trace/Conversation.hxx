// What two ends have said so far, as far as the meaning of the next message's fields depends on it: which requests wait
// for their replies, what the client has announced, which texts an option may have.
//
// Owned by a recorder or by who reads a recording; one connection, from its beginning. Memory is bounded whatever is
// said. Throws nothing but std::bad_alloc.
#pragma once

#include "protocol/Numbers.hxx"
#include "trace/FieldWalk.hxx"
#include "trace/TraceField.hxx"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace netsane {

enum class Speaker : std::uint32_t { client = 1, server = 2 };

class Conversation {
public:
    // Takes the next message: names its fields, those behind the command. The views are those of `fields`.
    NamedFields next(Speaker speaker, std::uint32_t command, std::span<const FieldBytes> fields);

    // After the crypto negotiation both ends begin anew (protocol.md §5).
    void switched() noexcept;

private:
    struct Request {
        std::uint32_t command;
        std::optional<std::uint32_t> action; // of a COPT
    };

    void clientSays(std::uint32_t command, FieldWalk &walk);
    void clientAsks(std::uint32_t command, FieldWalk &walk);
    void serverSays(std::uint32_t command, FieldWalk &walk);
    void serverReplies(const Request &request, FieldWalk &walk);
    void openReplied(FieldWalk &walk);
    void optionReplied(const Request &request, FieldWalk &walk);
    void takeHello(FieldWalk &walk, bool from_client);
    Request answered(std::uint32_t command);
    void learn(const NamedFields &fields);

    std::deque<Request> waiting_;
    bool has_descriptors_ = false; // the client knows extension 2
    bool has_values_ = false;      // and 4
    std::set<std::string, std::less<>> listed_;
    std::size_t listed_bytes_ = 0;
    FieldWalk::IsListed is_listed_ = [this](std::string_view text) { return text.empty() || listed_.contains(text); };
};

} // namespace netsane
