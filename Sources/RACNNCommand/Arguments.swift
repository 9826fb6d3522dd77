public import ArgumentParser
public import ImageDatasets
public import RACNN

extension Split: ExpressibleByArgument {}

extension BoxPolicy: ExpressibleByArgument {}

extension BackboneArchitecture: ExpressibleByArgument {}

extension ProposalKind: ExpressibleByArgument {}

extension FusionKind: ExpressibleByArgument {}
