// `netsane scan`: pages from a scanner into files.
#pragma once

#include "tool/ToolCommand.hxx"
#include "tool/image/ImageFormat.hxx"
#include "tool/scan/PageFiles.hxx"
#include "tool/scan/PageScan.hxx"
#include "tool/scanner/OptionArguments.hxx"

#include <string>
#include <vector>

namespace netsane {

class ScanCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    struct Done {
        unsigned pages = 0;
        PageLayout layout; // of the last page
    };

    std::string takeDevice();
    const ImageFormat &chooseFormat() const;
    PageFiles makeFiles(const ImageFormat &format) const;
    void setOptions(ScannerOptions &options) const;
    void requireEnd(ScannerOptions &options) const;
    std::string labelOf(unsigned page) const;
    void finish(const PageScan &scan, PageFiles &files) const;
    [[noreturn]] static void failAfter(const PageScan &scan, unsigned pages, const ToolError &error, PageFiles &files);
    Done scanPages(Scanner &scanner, Resolution resolution, PageFiles &files) const;
    void scanPage(PageScan &scan, unsigned number, Resolution resolution, PageFiles &files, Done &done) const;
    void scan();
    void summarize(const Done &done, const PageFiles &files, Resolution resolution, double seconds) const;

    const CLI::App *app_ = nullptr;
    std::string device_;
    std::vector<std::string> words_; // options of the device
    std::vector<std::string> named_; // NAME=VALUE
    std::string output_;
    std::string format_;
    EncodeOptions encoding_;
    ScanArea area_;
    unsigned pages_ = 0; // at most; 0: as many as there are
    bool batch_ = false;
    bool quiet_ = false;
};

} // namespace netsane
