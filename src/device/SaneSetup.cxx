#include "device/SaneSetup.hxx"

#include <utility>

namespace netsane {

SaneSetup::SaneSetup(std::string directories, std::vector<std::string> excluded_backends)
    : directories_(std::move(directories)),
      excluded_(std::move(excluded_backends)),
      config_(DllConfig::read(directories_, excluded_)),
      environment_(directories_)
{
    begin(config_);
}

void SaneSetup::begin(const DllConfig &config)
{
    environment_.write(config); // may fail, so before anything is given up
    library_.reset();
    library_.emplace();
    environment_.removeFiles();
    in_use_ = config;
}

void SaneSetup::refresh()
{
    auto config = DllConfig::read(directories_, excluded_);
    if (config == config_)
        return;
    begin(config);
    config_ = std::move(config);
}

void SaneSetup::narrowTo(const std::string &device)
{
    if (const auto narrow = config_.only(backendPart(config_.resolve(device))); narrow != in_use_)
        begin(narrow);
}

} // namespace netsane
