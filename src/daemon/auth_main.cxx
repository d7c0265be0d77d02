// netsaned-auth: started by netsaned, never by hand.

#include "daemon/AuthProcess.hxx"
#include "daemon/ChildMain.hxx"

int main(int argc, char **argv)
{
    return netsane::runChildMain("netsaned-auth", argc, argv, [](netsane::UniqueFd channel) {
        netsane::EventLoop loop;
        return netsane::AuthProcess(loop, std::move(channel)).run();
    });
}
