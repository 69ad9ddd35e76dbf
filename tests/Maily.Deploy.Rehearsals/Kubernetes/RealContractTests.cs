namespace Maily.Deploy.Rehearsals.Kubernetes;

[Collection("real control plane")]
public sealed class RealDiscoveryTests(RealFixture fixture) : DiscoveryContract(fixture);

[Collection("real control plane")]
public sealed class RealObjectTests(RealFixture fixture) : ObjectContract(fixture);

[Collection("real control plane")]
public sealed class RealWorkloadTests(RealFixture fixture) : WorkloadContract(fixture);

[Collection("real control plane")]
public sealed class RealValidationTests(RealFixture fixture) : ValidationContract(fixture);

[Collection("real control plane")]
public sealed class RealApplyTests(RealFixture fixture) : ApplyContract(fixture);

[Collection("real control plane")]
public sealed class RealWatchTests(RealFixture fixture) : WatchContract(fixture);

[Collection("real control plane")]
public sealed class RealDeletionTests(RealFixture fixture) : DeletionContract(fixture);

[Collection("real control plane")]
public sealed class RealRolloutTests(RealFixture fixture) : RolloutContract(fixture);

[Collection("real control plane")]
public sealed class RealCustomResourceTests(RealFixture fixture) : CustomResourceContract(fixture);
