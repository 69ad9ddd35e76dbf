using Maily.Deploy.Rehearsals.Rollouts;

namespace Maily.Deploy.Rehearsals.Releases;

[Collection("embedded cluster with a node")]
public sealed class EmbeddedConfigTests(EmbeddedNodeFixture fixture) : ConfigContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealConfigTests(RealNodeFixture fixture) : ConfigContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedReleaseTests(EmbeddedNodeFixture fixture) : ReleaseContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealReleaseTests(RealNodeFixture fixture) : ReleaseContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedKeyedSecretTests(EmbeddedNodeFixture fixture) : KeyedSecretContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealKeyedSecretTests(RealNodeFixture fixture) : KeyedSecretContract(fixture);
