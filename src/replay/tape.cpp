#include "replay/tape.hpp"

#include <vector>

#include "replay/line_reader.hpp"
#include "replay/tape_columns.hpp"

namespace gavel::replay {
namespace {

class FileTape final : public TapeSource {
 public:
  FileTape(LineReader lines, TapeLayout layout) : lines_(std::move(lines)), layout_(layout) {}

  // The first line is held back when it is an event itself.
  void hold(std::string_view first_line) { held_ = first_line; }

  TapeResult<bool> next(TapeEvent& out) override {
    std::string_view line;
    if (!held_.empty()) {
      line = held_;
    } else {
      do {
        if (!GAVEL_TRY(lines_.next(line))) return false;
      } while (line.empty());
    }
    const auto parsed = layout_.parse(line, out);
    held_.clear();
    if (!parsed.ok()) {
      return TapeError{lines_.name(), lines_.number(), parsed.error().column,
                       parsed.error().message};
    }
    out.line = lines_.number();
    return true;
  }

 private:
  LineReader lines_;
  TapeLayout layout_;
  std::string held_;
};

TapeResult<std::unique_ptr<TapeSource>> start(LineReader lines, TapeFormat format) {
  std::string_view line;
  if (!GAVEL_TRY(lines.next(line))) return TapeError{lines.name(), 0, 0, "the file is empty"};
  bool is_header = false;
  const auto layout = TapeLayout::detect(line, format, is_header);
  if (!layout.ok()) {
    return TapeError{lines.name(), 1, layout.error().column, layout.error().message};
  }
  const std::string first(line);
  auto tape = std::make_unique<FileTape>(std::move(lines), *layout);
  if (!is_header) tape->hold(first);
  return std::unique_ptr<TapeSource>(std::move(tape));
}

}  // namespace

TapeResult<std::unique_ptr<TapeSource>> open_tape(const std::string& path, TapeFormat format) {
  return start(GAVEL_TRY(open_lines(path)), format);
}

TapeOpener tape_file(std::string path, TapeFormat format) {
  return [path = std::move(path), format] { return open_tape(path, format); };
}

TapeResult<std::unique_ptr<TapeSource>> tape_from_bytes(std::string_view bytes, TapeFormat format) {
  auto source = decompressed(memory_source(std::vector<u8>(bytes.begin(), bytes.end())));
  if (!source.ok()) return TapeError{"memory", 0, 0, std::string(text_of(source.error()))};
  return start(LineReader(std::move(*source), "memory"), format);
}

bool parse_format(std::string_view text, TapeFormat& out) {
  if (text == "lobster")
    out = TapeFormat::lobster;
  else if (text == "orders")
    out = TapeFormat::orders;
  else
    return false;
  return true;
}

}  // namespace gavel::replay
