#include "tool/scan/ScanCommand.hxx"

#include "tool/BytesText.hxx"
#include "tool/scanner/OptionText.hxx"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>

namespace netsane {

namespace {

constexpr unsigned max_pages = 100000;

constexpr const char *notes =
    "DEVICE is a device as \"netsane list\" or \"scanimage -L\" shows it, and stands before its own options, which\n"
    "\"netsane info DEVICE\" lists. They are set in the order given, --NAME VALUE or --NAME=VALUE; words of a list can "
    "be\n"
    "shortened, and \"ADF\" is taken for \"Automatic Document Feeder\". -x, -y, -l and -t are in the unit of the "
    "device's\n"
    "area, which is mm for nearly all; 21cm and 8.5in work, too.\n"
    "\n"
    "The file's ending tells its format: .png, .tif, .jpg, .pdf. A file appears under its name when it is whole, in "
    "place\n"
    "of one that was there, and not at all when something goes wrong (but see --batch) or Ctrl-C cancels the scan.\n"
    "\n"
    "With --batch pages are scanned until the feeder is empty: into one TIFF or PDF file, or, where the name has a\n"
    "number in it, into a file each. The pages before a failure stay: a document's in letter.incomplete.pdf, say.\n"
    "\n"
    "PNG and TIFF keep all samples. JPEG has 8 bits; so has PDF, with JPEG in it for gray and colour unless "
    "--lossless.\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage or a value that the device doesn't take, 3 there is no such device.\n"
    "A scan that a signal cancels ends by that signal.\n"
    "\n"
    "Examples:\n"
    "  netsane scan netsane:scanner.example.org:test:0 -o page.png\n"
    "  netsane scan test:0 -o page.jpg --resolution 300 --mode Color -x 210 -y 297\n"
    "  netsane scan test:0 -o letter.pdf --batch --source ADF --mode Gray\n"
    "  netsane scan test:0 -o page-%03d.png --batch --pages 10 --source ADF";

// "Usage:" with the words that aren't netsane's own.
class ScanFormatter : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App *, std::string name) const override
    {
        return "Usage: netsane " + name.substr(name.rfind(' ') + 1) + " DEVICE -o FILE [OPTIONS] [--NAME VALUE ...]\n";
    }
};

Resolution resolutionOf(ScannerOptions &options)
{
    const auto both = options.number("resolution");
    const auto x = options.number("x-resolution");
    const auto y = options.number("y-resolution");
    return {x.value_or(both.value_or(0)), y.value_or(x.value_or(both.value_or(0)))};
}

std::string layoutText(const PageLayout &layout, Resolution resolution)
{
    std::string text = std::to_string(layout.width) + " x " + std::to_string(layout.height) + " pixels";
    text += layout.channels == 3 ? ", colour" : layout.depth == 1 ? ", black and white" : ", gray";
    if (layout.depth == 16)
        text += " of 16 bits";
    if (resolution.x > 0)
        text += ", " + fixedText(SANE_FIX(resolution.x)) + " dpi";
    return text;
}

} // namespace

void ScanCommand::addOptions(CLI::App &app)
{
    app_ = &app;
    app.allow_extras();
    app.formatter(std::make_shared<ScanFormatter>());
    app.add_option("-o,--output", output_, "The file; with %d in its name a file for each page of a batch.")
        ->type_name("FILE")
        ->required();
    app.add_option("--format", format_, "png, tiff, jpeg or pdf, in place of what the file's ending says.")
        ->type_name("FORMAT");
    app.add_flag("--batch", batch_, "Scan pages until the feeder is empty.");
    app.add_option("--pages", pages_, "With --batch: stop after so many.")
        ->type_name("N")
        ->check(CLI::Range(1U, max_pages));
    app.add_option("-l", area_.left, "Where the area to scan begins, from the left.")->type_name("MM");
    app.add_option("-t", area_.top, "And from the top.")->type_name("MM");
    app.add_option("-x", area_.width, "Its width.")->type_name("MM");
    app.add_option("-y", area_.height, "Its height.")->type_name("MM");
    app.add_option("--set", named_, "An option of the device whose name is one of netsane's, too.")
        ->type_name("NAME=VALUE");
    app.add_option("--quality", encoding_.jpeg_quality, "Of JPEG, 1 to 100; default: 90.")
        ->type_name("N")
        ->check(CLI::Range(1, 100));
    app.add_flag("--lossless", encoding_.lossless, "No JPEG within a PDF.");
    app.add_flag("-q,--quiet", quiet_, "No progress and no summary.");
    app.footer(notes);
}

std::string ScanCommand::takeDevice()
{
    auto words = app_->remaining();
    if (words.empty())
        throw ToolError(ExitCode::usage, "which device? \"netsane list\" shows them\nTry: netsane scan --help");
    if (words.front().starts_with('-'))
        throw ToolError(ExitCode::usage, words.front() +
                                             ": the device has to stand before its options: netsane scan DEVICE " +
                                             words.front() + " …");
    const auto device = words.front();
    words_.assign(words.begin() + 1, words.end());
    return device;
}

const ImageFormat &ScanCommand::chooseFormat() const
{
    return format_.empty() ? imageFormatOfFile(output_) : imageFormatNamed(format_);
}

PageFiles ScanCommand::makeFiles(const ImageFormat &format) const
{
    if (!batch_ && pages_ != 0)
        throw ToolError(ExitCode::usage, "--pages is for --batch");
    // A name without a batch is taken as it is.
    OutputNames names(batch_ ? output_ : "");
    if (!batch_) {
        std::string literal;
        for (const char c : output_)
            literal += c == '%' ? "%%" : std::string(1, c);
        names = OutputNames(literal);
    }
    if (batch_ && !names.isNumbered() && !format.many_pages)
        throw ToolError(ExitCode::usage, output_ + ": a " + format.name +
                                             " file holds one page; name a file for each by a number in the name, as "
                                             "page-%d." +
                                             format.name + ", or take tiff or pdf");
    return {format, encoding_, std::move(names),
            names.isNumbered() ? PageFiles::Kind::numbered : PageFiles::Kind::document};
}

void ScanCommand::setOptions(ScannerOptions &options) const
{
    auto arguments = readOptionArguments(words_, options);
    for (const auto &pair : named_) {
        const auto equals = pair.find('=');
        if (equals == 0 || equals == std::string::npos)
            throw ToolError(ExitCode::usage, "--set " + pair + ": expected NAME=VALUE");
        arguments.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
    }
    applyOptionArguments(arguments, options);
    applyScanArea(area_, options);
}

// A flatbed has always one more page.
void ScanCommand::requireEnd(ScannerOptions &options) const
{
    const auto source = options.value("source");
    if (batch_ && pages_ == 0 && source && source->starts_with("Flatbed"))
        throw ToolError(ExitCode::usage, "--batch scans until the feeder is empty, and the source is \"" + *source +
                                             "\": choose another by --source, or say how many pages by --pages");
}

std::string ScanCommand::labelOf(unsigned page) const
{
    return batch_ ? "page " + std::to_string(page) : "page";
}

void ScanCommand::scanPage(PageScan &scan, unsigned number, Resolution resolution, PageFiles &files, Done &done) const
{
    try {
        done.layout = scan.read(files.begin(number), resolution, labelOf(number));
        files.end([&scan] { scan.check(); });
        ++done.pages;
    } catch (const ToolError &) {
        throw;
    } catch (const std::exception &error) {
        throw ToolError(ExitCode::failed, files.path() + ": " + error.what());
    }
}

void ScanCommand::finish(const PageScan &scan, PageFiles &files) const
{
    try {
        files.finish([&scan] { scan.check(); });
    } catch (const ToolError &) {
        throw;
    } catch (const std::exception &error) {
        throw ToolError(ExitCode::failed, output_ + ": " + error.what());
    }
}

// Says where the pages are that are whole: paper is seldom fed twice gladly.
void ScanCommand::failAfter(const PageScan &scan, unsigned pages, const ToolError &error, PageFiles &files)
{
    if (pages == 0)
        throw error;
    const std::string before = pages == 1 ? "page" : std::to_string(pages) + " pages";
    if (files.files() != 0)
        throw ToolError(error.code(),
                        std::string(error.what()) + "; the " + before + " before it stay" + (pages == 1 ? "s" : ""));
    std::string kept;
    try {
        kept = files.keepWhole([&scan] { scan.check(); });
    } catch (const std::exception &reason) { // a full disk, say
        throw ToolError(error.code(),
                        std::string(error.what()) + "; the " + before + " before it can't be kept: " + reason.what());
    }
    throw ToolError(error.code(), std::string(error.what()) + "; the " + before + " before it " +
                                      (pages == 1 ? "is" : "are") + " in " + kept);
}

ScanCommand::Done ScanCommand::scanPages(Scanner &scanner, Resolution resolution, PageFiles &files) const
{
    ScanProgress progress(!quiet_);
    PageScan scan(scanner, device_, progress);
    Done done;
    const unsigned most = batch_ ? (pages_ == 0 ? max_pages : pages_) : 1;
    files.begin(1); // what can't be written is said before paper moves
    try {
        try {
            while (done.pages < most && scan.start(labelOf(done.pages + 1)))
                scanPage(scan, done.pages + 1, resolution, files, done);
        } catch (const ToolError &error) {
            scan.check();
            failAfter(scan, done.pages, error, files);
        }
        if (done.pages == 0)
            throw ToolError(ExitCode::failed, device_ + ": " + failureText(SANE_STATUS_NO_DOCS, scanner.reason()));
        finish(scan, files);
    } catch (...) {
        files.discard(); // as long as signals are taken
        throw;
    }
    return done;
}

void ScanCommand::summarize(const Done &done, const PageFiles &files, Resolution resolution, double seconds) const
{
    if (quiet_)
        return;
    std::array<char, 32> time{};
    std::snprintf(time.data(), time.size(), "%.1f s", seconds);
    std::string text = output_ + ": ";
    if (batch_)
        text += std::to_string(done.pages) + (done.pages == 1 ? " page, " : " pages, ");
    say(text + layoutText(done.layout, resolution) + ", " + bytesText(static_cast<double>(files.bytes())) + " in " +
        time.data());
}

void ScanCommand::scan()
{
    auto files = makeFiles(chooseFormat());
    const auto scanner = openScanner(device_, name());
    ScannerOptions options(*scanner, [this](const std::string &text) { say(text); });
    setOptions(options);
    requireEnd(options);
    const auto resolution = resolutionOf(options);
    const auto begin = std::chrono::steady_clock::now();
    const auto done = scanPages(*scanner, resolution, files);
    summarize(done, files, resolution, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

ExitCode ScanCommand::run()
{
    device_ = takeDevice();
    int signal = 0;
    try {
        scan();
        return ExitCode::done;
    } catch (const Interrupted &interrupted) {
        signal = interrupted.signal;
    }
    say("cancelled; nothing is left of the page");
    ::raise(signal); // as the shell expects of a program that was interrupted
    return ExitCode::failed;
}

} // namespace netsane
