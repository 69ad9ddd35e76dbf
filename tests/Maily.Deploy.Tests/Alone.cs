namespace Maily.Deploy.Tests;

/// <summary>Of classes that measure or share something of the whole process: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
