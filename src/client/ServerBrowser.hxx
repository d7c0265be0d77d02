// Looks once for servers in the network: runs the program netsane-browse and reads what it says.
//
// Owned by DiscoveredServers; one thread. Nothing blocks, but that the end of the object waits for the end of the
// program, which is killed then: no process stays, however D-Bus behaves. No threads, no signal handlers; as with any
// child, the program that this library is in gets SIGCHLD. Throws nothing but std::bad_alloc.
#pragma once

#include "client/DebugLog.hxx"
#include "discovery/FoundServer.hxx"
#include "os/UniqueFd.hxx"

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netsane {

class ServerBrowser {
public:
    // Starts the program; where it isn't there, that is not an error but a browse that is over.
    ServerBrowser(const std::string &program, DebugSink debug);
    ServerBrowser(const ServerBrowser &) = delete;
    ServerBrowser &operator=(const ServerBrowser &) = delete;
    ~ServerBrowser();

    // To be polled for reading; -1: it is over.
    int fd() const noexcept { return pipe_.get(); }
    bool isOver() const noexcept { return !pipe_; }

    // Reads what is there, without waiting, and returns what was found since the last call.
    std::vector<FoundServer> takeFound();

    // Servers whose place was asked for, but hasn't come yet.
    bool isExpecting() const noexcept { return found_ < seen_ && !isOver(); }

private:
    void start(const std::string &program);
    void takeLine(std::string_view line, std::vector<FoundServer> &found);
    void say(int level, const std::string &text) const;

    const DebugSink debug_;
    pid_t pid_ = -1;
    UniqueFd pipe_;
    std::string text_; // of a line that isn't complete
    std::size_t bytes_ = 0;
    std::size_t seen_ = 0;
    std::size_t found_ = 0;
};

// Where netsane-browse is installed, seen from the library or program that this code is in. Empty in a program that
// runs with rights that its user doesn't have (setuid).
std::string browseProgram();

} // namespace netsane
