namespace Nuke.Common;

/// <summary>A step of a build: defines what it does and what it depends on.</summary>
public delegate ITargetDefinition Target(ITargetDefinition definition);
