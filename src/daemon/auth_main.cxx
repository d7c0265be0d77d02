// netsaned-auth: started by netsaned, never by hand.

#include "daemon/AuthProcess.hxx"
#include "daemon/ChildMain.hxx"

namespace {

int run(netsane::UniqueFd channel, const netsane::ChildOptions &options)
{
    netsane::EventLoop loop;
    return netsane::AuthProcess(loop, std::move(channel), options).run();
}

} // namespace

int main(int argc, char **argv)
{
    return netsane::runChildMain("netsaned-auth", argc, argv, run);
}
