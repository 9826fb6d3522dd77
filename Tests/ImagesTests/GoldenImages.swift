// Made by Tests/ReferenceImplementations/images.py with Pillow 13.0.0.

/// A file and its pixels.
struct GoldenFile: Sendable {
  let name: String
  let width: Int
  let height: Int
  let hash: String
  let base64: String
}

/// What a picture of random samples is resized to.
struct GoldenResize: Sendable {
  let source: (width: Int, height: Int)
  let target: (width: Int, height: Int)
  /// The first samples of the result.
  let first: [UInt8]
  let hash: String
}

let goldenFiles: [GoldenFile] = [
  GoldenFile(
    name: "jpeg grey", width: 13, height: 9,
    hash: "ac97554e00d99b13b03237469f882fc87bb0a2016ca4153910823b818646cb29",
    base64: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIs\
      IxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAJAA0BAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI\
      CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcY\
      GRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKj\
      pKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ANDU\
      LS20XVobOJyZJBkA1x2vQ+If7Xl8m0Rk7H/IrsPFv/I96d9P8Km1P/j+ev/Z
      """),
  GoldenFile(
    name: "jpeg 4:2:0", width: 21, height: 19,
    hash: "ffd795dabe535362efb43e959afbac2dccfdc128b6f6122635354a49904567d8",
    base64: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIs\
      IxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIy\
      MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAATABUDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAA\
      AAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAk\
      M2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKT\
      lJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QA\
      HwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdh\
      cRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hp\
      anN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk\
      5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwCxYTKJKx9UjM2qIV9a3rfS2Vu9Urq18q8ViOhrswFdQk69XTSx\
      VOrl9PENQnq0aFvaP9nT6UVYi1FUiVeOBRXlTxMHJ6mbyHBSfNz7l+PrWLqf+v8Axoorev8A7r8z4ij/AMjH5FOi\
      iivAPvo7I//Z
      """),
  GoldenFile(
    name: "jpeg progressive", width: 21, height: 19,
    hash: "ffd795dabe535362efb43e959afbac2dccfdc128b6f6122635354a49904567d8",
    base64: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIs\
      IxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIy\
      MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wgARCAATABUDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAA\
      AAQD/8QAGAEAAgMAAAAAAAAAAAAAAAAAAwUBAgT/2gAMAwEAAhADEAAAAdI78DTQ0ZK0RBEeIXv/AP/EABsQAAIC\
      AwEAAAAAAAAAAAAAAAIDAAERISIx/9oACAEBAAEFAgvbay0R5FUIcHTNVGez/8QAHBEAAgICAwAAAAAAAAAAAAAA\
      AAIBAwQhERQ0/9oACAEDAQE/AVbHWzUnQpnfInoIP//EABsRAAEEAwAAAAAAAAAAAAAAAAEAAgMREBIz/9oACAEC\
      AQE/AYH0d3IyC0/lj//EABQQAQAAAAAAAAAAAAAAAAAAADD/2gAIAQEABj8CH//EABcQAQEBAQAAAAAAAAAAAAAA\
      AAEAESD/2gAIAQEAAT8hOYWS4kGzGABw/wD/2gAMAwEAAgADAAAAEBPgQ//EABkRAQEAAwEAAAAAAAAAAAAAAAEA\
      ITFRsf/aAAgBAwEBPxBQZ0lXW8bQv//EABkRAAMAAwAAAAAAAAAAAAAAAAABIRARsf/aAAgBAgEBPxBbpzQ+1O2P\
      /8QAHRAAAgIBBQAAAAAAAAAAAAAAAAEhMRARQVGBsf/aAAgBAQABPxBQMZ5HTTcBqQqZGyEWPfH/2Q==
      """),
  GoldenFile(
    name: "jpeg CMYK", width: 11, height: 7,
    hash: "45ed7a55188d621531dd7554d9978970ffe34ffc674f04df1b720be36173f09e",
    base64: """
      /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMc\
      HCg3KSwwMTQ0NB8nOT04MjwuMzQy/8AAFAgABwALBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAAB\
      AgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNi\
      coIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SV\
      lpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4E\
      QwBNAFkASwAAPwDP1DQ11Txf9knIKeSWGPXFVfK1+0T+1bG8gS3zs2MmTn86o32l/YPDC6vMweETqmxeuc1110mN\
      1tN82nFSfLH3t31rkrjw3qaXMqJdQhAxABXtV5dP8YyqJBqlmAwz/qj/AI16VYQSSafburAK0akD8K8yuNIhNzKU\
      4XccDPbNf//Z
      """),
  GoldenFile(
    name: "png grey 1", width: 9, height: 5,
    hash: "db8c6d676669539f5369e0fe74d456d792fea4721220e81c1a61c4319c85fa65",
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFAQAAAAC/KPvGAAAAF0lEQVR42mM4zsDAysBwj4FBkIFhRQMAFD0C5H/U\
      dYUAAAAASUVORK5CYII=
      """),
  GoldenFile(
    name: "png grey 4 interlaced", width: 7, height: 5,
    hash: "b238c1235bd9d933f4819f85174b23d21fb8c5cf8192f7a00556699dc9b7cd78",
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAAAcAAAAFBAAAAAEeBnSTAAAAKUlEQVR42mMQYGhg8GOYwnCLYRcHw44PDC4MDAkX\
      GB4XP05g6P53vgEAlE4LnDZ+vBYAAAAASUVORK5CYII=
      """),
  GoldenFile(
    name: "png grey 16", width: 6, height: 5,
    hash: "5841ed090848ec511cb8c808d84b41f9f8d098117ef9f7338ecb99dd9bd0b7fc",
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFEAAAAAATox55AAAATElEQVR42gFBAL7/AHW7x1MHUfox6XQVDAD9+Txo\
      KF3alGmrlusAGMvU6qG/QWZNpiLQAB4ZjNeoalEPyXlfvQDhqm8tph0EhTRDuurf8x3zH9WdvQAAAABJRU5ErkJg\
      gg==
      """),
  GoldenFile(
    name: "png RGBA 16 interlaced", width: 10, height: 9,
    hash: "ae2b93cab144a0ec0415d6eca8d1274e4937e74f2165cd473382377ca6184476",
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAAAoAAAAJEAYAAAEsMVHGAAAC7klEQVR42gHjAhz9AM0j0k9xQnTnLJwcalxgqEYA\
      Oi52KlgJ33MJygWqAFBlGAD2BQBVOrwOBQChwosEBlyggwDfPSIa+umxLC+XfN1ghcp7Uacay7HKRfQAEfZCX5jm\
      RFnWfhh5USZ+swBnoWkaq1w54DPi+Zi7d1h2AGPX57wzRbVyyGiOrKlF3VkA+6G8MZrYs6Afc57lDOFg8aY/jdqU\
      aBdj8xPxk2MKVtbbHsT8cJyY5gAnWn4S1WfYWu1MaiXIU/9w3kOyJVtZjMsmgTsS0Be70voXjEuakT4LAEQ0Mje5\
      MpD1/yA+iYUIP/3NAhhL24nEzCgKB4de5M/n/2hogkPOP5YAAIyC6U6/yn1f0gLTVYDUI1NM1izq3VMuWQ/xwlF0\
      TRlG149O1lP2sgAydgEIbTCssJbTkCEthMzisILRs0aMo+yza6uNnRcL7oyk3nAS5nOdABVVyEQ4K58lLf4g0IKm\
      52wdcF21HV98lzxaFqXnyASrCkb+TN6gRZgAvLV7xydrpOEPPKq4tJCeb8u4TPtvetnqa7+gsukBsWUkWu/yZPGi\
      2QDeZt6jAOYEfpYXSba6ftK5Q7yue4JVtVhactr9cqgG2hJXUVyyYZaiKAAcYL0qbQ8N6ALZ7S0ncjH1evd71rMq\
      cLVYRws90LB1BOV/kAGZEACZtKAzj9+vTfVsDuPNF+1LJy7jBxL1ZF2vGZ1BlMXv2mdihlhtcSxXcPU1pRo5MW70\
      J7YYgDCDcMTgqTCLgVrmDRhRjNi7oRoyXJTKB1AG5gC2IJOTP5htz6IOTkTQ76ZDjzfGhX764L3br5H6HsPbCBZ1\
      b9y7EHY2SaSmHDCo+OCg8MpvHfG7Es/Ha8dzlk2rtd1gSn7H39/BhvLiCSnIOwC2uejmJCSrkHgg0k+lzGhZGeVT\
      qjtZrsMI7usKUPQdr+Da1aZdsog1M88WmTawTgE8jfn9NJwkrvZJTSCiRpIewVgA5n514xMQ6qQotKPzS7zlZ128\
      JXjWAAAAAElFTkSuQmCC
      """),
  GoldenFile(
    name: "png grey with alpha", width: 5, height: 4,
    hash: "4b2c86482b4ce0357178fb48d26d0b10ac7b8a131ad5f256ead231bc8e4e6c97",
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAAAUAAAAECAQAAADsOj3LAAAAN0lEQVR42gEsANP/ACXd2u2fTnXl+6sAx/Lmp2g9\
      n91VkQDy3+wpy8H99xtTAKSzzMI5cijQEadF1RkYSncJngAAAABJRU5ErkJggg==
      """),
  GoldenFile(
    name: "png palette with gamma and transparency", width: 9, height: 4,
    hash: "d9bcce92cdc5630d4a0e4463068769cf25e75680c03f10bac0955e941a1d8da9",
    base64: """
      iVBORw0KGgoAAAANSUhEUgAAAAkAAAAEAgMAAAAhYf1dAAAABGdBTUEAAHUw/7TdUgAAAAxQTFRFfvToRUQjZ1L7\
      tWuPHOS3gAAAAAN0Uk5TAED/Jw1kVgAAABhJREFUeNpj+J13gMHNuYFhoYUDwxlnBgAyigVbCoSAEgAAAABJRU5E\
      rkJggg==
      """),
]

let goldenResizes: [GoldenResize] = [
  GoldenResize(
    source: (500, 375), target: (448, 448),
    first: [107, 140, 160, 108, 159, 148, 111, 73, 189, 114, 144, 105],
    hash: "a55c3babe00e4c86f3f252d918acfd74d109698d60f0c99b176cc2ba6f2ed947"),
  GoldenResize(
    source: (37, 53), target: (20, 17),
    first: [142, 162, 156, 139, 125, 146, 106, 148, 121, 154, 134, 140],
    hash: "14d668dd81b507be76b8263fcbc57637cf40cadaf9c6e3284a0e0e0af2c9e4d5"),
  GoldenResize(
    source: (20, 17), target: (37, 53),
    first: [108, 130, 165, 105, 153, 154, 99, 192, 134, 115, 130, 162],
    hash: "60311acd1ead77d2b541dc5074a5202b038ef1b31761e563399a411d6f77a8ce"),
  GoldenResize(
    source: (64, 3), target: (64, 2),
    first: [117, 141, 176, 90, 219, 160, 126, 90, 178, 95, 160, 116],
    hash: "393e60416bf3b8c7359df52b3003b643a519a2697f8bb92ab79b78da214c52a5"),
  GoldenResize(
    source: (3, 64), target: (2, 64),
    first: [104, 157, 151, 125, 86, 182, 106, 149, 109, 194, 98, 115],
    hash: "d4aa49fdef7aae551c81c095b8a9183734a749e45b1f025f22c508c8756c1cba"),
  GoldenResize(
    source: (1, 1), target: (5, 7),
    first: [108, 130, 165, 108, 130, 165, 108, 130, 165, 108, 130, 165],
    hash: "26986487019d6868b8b8dc27ee0cde8e2d6c939444bd73e52ba3ff0c1e3fe81d"),
  GoldenResize(
    source: (5, 7), target: (1, 1),
    first: [123, 127, 114],
    hash: "cdfef5732a9e017794063b807ce5c8dcbe7ae0bcb9f7d6b2d70739e3bb8fa213"),
  GoldenResize(
    source: (200, 150), target: (7, 300),
    first: [126, 127, 117, 123, 138, 118, 113, 137, 137, 131, 131, 121],
    hash: "40a2ae20ba878c05c2eddf1db7ae3c25ccdb3d766faa425df280e2f03b0022c2"),
  GoldenResize(
    source: (333, 111), target: (224, 224),
    first: [104, 157, 151, 117, 98, 177, 108, 135, 123, 191, 93, 122],
    hash: "591fe7c2ee5e94a8b54b88c7e6e82fa4b6213e4796514258ca2cb9464e656ceb"),
  GoldenResize(
    source: (448, 448), target: (128, 128),
    first: [113, 137, 91, 122, 146, 146, 105, 140, 142, 123, 118, 130],
    hash: "e478c4c6984ad3c193f6845743abbb35f6c1784d71b7d70d0be89d1b69ea8d38"),
  GoldenResize(
    source: (2, 2), target: (3, 3),
    first: [108, 130, 165, 103, 167, 147, 98, 203, 128, 125, 73, 190],
    hash: "1395aea636182688ec34975aea939a0dd6fd5e6a31935518715f757a1f12febb"),
  GoldenResize(
    source: (22, 77), target: (6, 39),
    first: [120, 124, 147, 125, 100, 126, 114, 143, 145, 144, 129, 90],
    hash: "b1c22cf810032307031257bb401cd8318e629eca75c0de37d2ebf1a3f68fb8d0"),
  GoldenResize(
    source: (24, 40), target: (22, 36),
    first: [107, 149, 165, 123, 149, 139, 117, 73, 179, 92, 144, 106],
    hash: "ce4c209150b2b702a0af2c0318d6bf9bbf6778b043e0c6072057ec52b8f5a43a"),
  GoldenResize(
    source: (24, 41), target: (22, 36),
    first: [107, 152, 165, 126, 145, 137, 117, 75, 177, 90, 143, 105],
    hash: "abf6be7ec13dc7e3f266d4125014980543fe55821ea6f2cbe4e0d3ea7f432805"),
  GoldenResize(
    source: (300, 400), target: (300, 100),
    first: [138, 139, 117, 134, 94, 147, 114, 102, 186, 124, 153, 126],
    hash: "eee9f6df2f09ace7bbebdd7d7d737dfcf30734037a17929704d10959d80693e2"),
  GoldenResize(
    source: (400, 300), target: (100, 300),
    first: [116, 124, 151, 166, 114, 156, 106, 163, 128, 133, 74, 110],
    hash: "dd4c9172d9d68f40f3c7c4e6caf60e884f79a7bfe34e0fc3f68b4fd5e237105f"),
  GoldenResize(
    source: (375, 500), target: (448, 448),
    first: [116, 145, 165, 93, 174, 125, 116, 91, 164, 110, 101, 175],
    hash: "39f1b2dab68c09e63aea06579e94a899830dee4d081fc3121fc6c252940d7e8f"),
  GoldenResize(
    source: (1200, 1800), target: (300, 448),
    first: [118, 137, 121, 143, 121, 136, 114, 134, 132, 124, 116, 123],
    hash: "461bf83758717e8dbe681dd2340e0bcf77bf312af23238b39ea910084ce8829f"),
]
