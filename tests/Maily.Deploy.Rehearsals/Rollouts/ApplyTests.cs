namespace Maily.Deploy.Rehearsals.Rollouts;

[Collection("embedded cluster with a node")]
public sealed class EmbeddedTakeoverTests(EmbeddedNodeFixture fixture) : TakeoverContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealTakeoverTests(RealNodeFixture fixture) : TakeoverContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPruneTests(EmbeddedNodeFixture fixture) : PruneContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPruneTests(RealNodeFixture fixture) : PruneContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPolicyTests(EmbeddedNodeFixture fixture) : PolicyContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPolicyTests(RealNodeFixture fixture) : PolicyContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPlanTests(EmbeddedNodeFixture fixture) : PlanContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPlanTests(RealNodeFixture fixture) : PlanContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedForeignManifestsTests(EmbeddedNodeFixture fixture) : ForeignManifestsContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealForeignManifestsTests(RealNodeFixture fixture) : ForeignManifestsContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPublicManifestsTests(EmbeddedNodeFixture fixture) : PublicManifestsContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPublicManifestsTests(RealNodeFixture fixture) : PublicManifestsContract(fixture);
