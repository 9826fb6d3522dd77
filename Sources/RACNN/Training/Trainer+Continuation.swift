internal import ImageDatasets
internal import NeuralNetworks

extension Trainer {
  /// The stage's epochs, with those that were added.
  func epochs(of planned: PlannedStage) -> Int { planned.epochs * (1 + (state.addedCycles ?? 0)) }

  /// The factor on the stage's rates at its next step.
  func rateFactor(in planned: PlannedStage) -> Float {
    let steps = planned.epochs * train.batchCount
    let schedule = (configuration.schedule ?? .cosine)
      .schedule(steps: steps, epochSteps: train.batchCount)
    return schedule.factor(at: state.step % max(1, steps))
      * Continuation.rateFactor(restarts: state.restarts ?? 0)
  }

  /// What is to become of a stage, after an epoch with this accuracy on the photos that it learns.
  func continuation(of planned: PlannedStage, accuracy: [String: Double]) -> Continuation {
    guard planned.stage.phase == .classify, state.epoch + 1 == epochs(of: planned),
      let learned = planned.stage.scales.compactMap({ accuracy["\($0)"] }).min()
    else { return .none }
    return .found(
      learned: learned, classes: dataset.classNames.count, step: state.step,
      restarts: state.restarts ?? 0, stepsToLearn: configuration.plan.stepsToLearn)
  }

  /// Adds epochs to the stage.
  func take(_ continuation: Continuation, of planned: PlannedStage) throws(WeightsError) {
    guard continuation != .none else { return }
    state.addedCycles = (state.addedCycles ?? 0) + 1
    // Patience counts anew: it would end the stage where it has just begun.
    (state.bestLosses, state.staleEpochs) = (nil, 0)
    pace.set(epochs: epochs(of: planned), of: state.stage)
    let title = planned.stage.title
    guard continuation == .beginsAgain else {
      progress(
        .note("\(title) has not learned its photos: it goes on for \(planned.epochs) more epochs."))
      return
    }
    try model.store.restore(best)
    state.restarts = (state.restarts ?? 0) + 1
    state.step = 0
    let isSlower = Continuation.rateFactor(restarts: state.restarts ?? 0) < 1
    let manner = isSlower ? " at half the learning rates" : ""
    progress(.note("\(title) has come to naught: it begins again\(manner)."))
  }
}
