// netsaned-session: started by netsaned, never by hand.

#include "daemon/ChildMain.hxx"
#include "daemon/SessionProcess.hxx"

#include <malloc.h>

namespace {

// Buffers of a connection come and go with what it does. Blocks of an image must not give memory back to the system
// and get it again, cleared page by page, each time.
constexpr int kept_bytes = 4 << 20;

int run(netsane::UniqueFd channel, const netsane::ChildOptions &options)
{
    netsane::EventLoop loop;
    return netsane::SessionProcess(loop, std::move(channel), options).run();
}

} // namespace

int main(int argc, char **argv)
{
    ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
    ::mallopt(M_MMAP_THRESHOLD, kept_bytes);
    return netsane::runChildMain("netsaned-session", argc, argv, run);
}
