import RACNNCommand
import Testing

@Suite struct TextTests {
  @Test func quotesWhatAShellWouldTakeApart() {
    #expect(Text.shellQuoted("runs/birds-1/model.safetensors") == "runs/birds-1/model.safetensors")
    #expect(Text.shellQuoted("my birds") == "'my birds'")
    #expect(Text.shellQuoted("it's $HOME") == "'it'\\''s $HOME'")
    #expect(Text.shellQuoted("") == "''")
    #expect(Text.commandLine(["racnn", "a b", "c"]) == "racnn 'a b' c")
  }

  @Test func roundsLikeAPersonDoes() {
    #expect(Text.fixed(1.25, 1) == "1.3")
    #expect(Text.fixed(-0.04, 1) == "0.0")
    #expect(Text.fixed(-12.051, 2) == "-12.05")
    #expect(Text.fixed(9.999, 2) == "10.00")
    #expect(Text.fixed(.nan, 2) == "-")
    #expect(Text.percent(0.87654) == "87.7 %")
  }

  @Test func saysHowLongInTwoUnits() {
    #expect(Text.duration(59.6) == "1 min 00 s")
    #expect(Text.duration(48) == "48 s")
    #expect(Text.duration(12_065) == "3 h 21 min")
    #expect(Text.duration(.infinity) == "-")
  }

  @Test func alignsColumns() {
    #expect(
      Text.table([["scale", "accuracy"], ["1", "80.0 %"], ["1+2+3", "100.0 %"]]) == [
        "scale  accuracy", "1        80.0 %", "1+2+3   100.0 %",
      ])
  }

  @Test func escapesWhatABrowserWouldRead() {
    let page = HTML.tag("p", ["title": "\"<'"], .text("<script>&\u{1}")).source
    #expect(page == "<p title=\"&quot;&lt;&#39;\">&lt;script&gt;&amp;\u{fffd}</p>\n")
  }

  @Test func drawsGapsAsGaps() {
    let chart = LineChart(
      title: "loss", curves: [.init(name: "a", values: [1, nil, 3, .nan, 2, 4])], marks: [])
    #expect(chart.html.source.split(separator: "<polyline").count == 4)
    #expect(chart.html.source.split(separator: "<circle").count == 5)
    let empty = LineChart(title: "loss", curves: [.init(name: "a", values: [nil])], marks: [])
    #expect(empty.html.source == "")
  }
}
