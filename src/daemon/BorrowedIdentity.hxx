// Root acting as another user for a while, and then either root again or that user for good.
//
// A local object of a process with one thread, which is root. Source: seteuid(2), setresuid(2).
#pragma once

#include "daemon/ChildProcess.hxx"

#include <sys/types.h>
#include <vector>

namespace netsane {

class BorrowedIdentity {
public:
    // Throws std::system_error; the process is then what it was.
    explicit BorrowedIdentity(const ProcessIdentity &identity);
    // Root again, unless keep() was called. Ends the process if that fails.
    ~BorrowedIdentity();
    BorrowedIdentity(const BorrowedIdentity &) = delete;
    BorrowedIdentity &operator=(const BorrowedIdentity &) = delete;

    // The other user for good. Throws std::system_error; the process should then end.
    void keep();

private:
    void giveBack() noexcept;

    const ProcessIdentity identity_;
    std::vector<gid_t> root_groups_;
    gid_t root_gid_;
    bool kept_ = false;
};

} // namespace netsane
