namespace Maily.Deploy.Rehearsals.Kubernetes;

[Collection("embedded cluster")]
public sealed class EmbeddedDiscoveryTests(EmbeddedFixture fixture) : DiscoveryContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedObjectTests(EmbeddedFixture fixture) : ObjectContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedWorkloadTests(EmbeddedFixture fixture) : WorkloadContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedValidationTests(EmbeddedFixture fixture) : ValidationContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedApplyTests(EmbeddedFixture fixture) : ApplyContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedWatchTests(EmbeddedFixture fixture) : WatchContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedDeletionTests(EmbeddedFixture fixture) : DeletionContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedRolloutTests(EmbeddedFixture fixture) : RolloutContract(fixture);

[Collection("embedded cluster")]
public sealed class EmbeddedCustomResourceTests(EmbeddedFixture fixture) : CustomResourceContract(fixture);
