// One row per message of protocol.md, for tests that treat all of them alike.
#pragma once

#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace netsane {

struct MessageRow {
    std::string name;
    std::function<void(ByteBuffer &)> encode;
    // Decodes a message and encodes what came out.
    std::function<void(MessageView, ByteBuffer &)> recode;
    // Numbers of fields (without the command) with which the message may end; all of them is always possible.
    std::set<std::size_t> complete;
    // Whether fields behind the last are ignored; not so where the fields are a list of their own or the last one is
    // optional and absent.
    bool extensible = true;
};

// To be seen in test names and messages.
inline void PrintTo(const MessageRow &row, std::ostream *out)
{
    *out << row.name;
}

std::vector<MessageRow> messageTable();

} // namespace netsane
