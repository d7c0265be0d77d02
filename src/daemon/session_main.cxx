// netsaned-session: started by netsaned, never by hand.

#include "daemon/ChildMain.hxx"
#include "daemon/SessionProcess.hxx"

int main(int argc, char **argv)
{
    return netsane::runChildMain("netsaned-session", argc, argv, [](netsane::UniqueFd channel) {
        netsane::EventLoop loop;
        return netsane::SessionProcess(loop, std::move(channel)).run();
    });
}
