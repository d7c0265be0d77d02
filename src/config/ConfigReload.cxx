#include "config/ConfigReload.hxx"

namespace netsane {

namespace {

class Keeper {
public:
    template<typename Value>
    void keep(const char *name, Value &wanted, const Value &running)
    {
        if (wanted == running)
            return;
        changed_.emplace_back(name);
        wanted = running;
    }

    std::vector<std::string> takeChanged() noexcept { return std::move(changed_); }

private:
    std::vector<std::string> changed_;
};

} // namespace

std::vector<std::string> keepStartOnlyKeys(ServerConfig &wanted, const ServerConfig &running)
{
    Keeper keeper;
    keeper.keep("user", wanted.user, running.user);
    keeper.keep("group", wanted.group, running.group);
    keeper.keep("sandbox", wanted.sandbox, running.sandbox);
    keeper.keep("plugin_dir", wanted.plugin_dir, running.plugin_dir);
    keeper.keep("process_timeout", wanted.process_timeout, running.process_timeout);
    if (wanted.auth.empty() != running.auth.empty())
        keeper.keep("auth", wanted.auth, running.auth);
    return keeper.takeChanged();
}

} // namespace netsane
