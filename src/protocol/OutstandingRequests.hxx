// How many requests are outstanding on a connection, and whether there may be one more (protocol.md §8).
//
// A value, kept by whoever sends requests or takes them: the client, the session process, a device process.
#pragma once

#include "protocol/Numbers.hxx"

#include <cstddef>

namespace netsane {

class OutstandingRequests {
public:
    // With extension 5, once an OPEN on the connection was GOOD.
    void allowManyReads(bool allowed = true) noexcept
    {
        limit_ = allowed ? max_outstanding_with_reads : max_outstanding_requests;
    }

    bool hasRoom(Command command) const noexcept
    {
        return count_ < limit_ && (command == Command::read || others_ < max_outstanding_requests);
    }
    void add(Command command) noexcept
    {
        ++count_;
        others_ += command == Command::read ? 0 : 1;
    }
    void remove(Command command) noexcept
    {
        --count_;
        others_ -= command == Command::read ? 0 : 1;
    }
    void clear() noexcept { count_ = others_ = 0; }

    std::size_t count() const noexcept { return count_; }

    // How many READs there is room for with another request behind them.
    std::size_t readsAllowed() const noexcept { return count_ + 1 < limit_ ? limit_ - 1 - count_ : 0; }

private:
    std::size_t limit_ = max_outstanding_requests;
    std::size_t count_ = 0;
    std::size_t others_ = 0; // than READ
};

} // namespace netsane
