-- What tells a deployment that this database is the sandbox's.
create schema maily_deploy authorization @role;
create table maily_deploy.environment (name text primary key, created_at timestamptz not null default now());
alter table maily_deploy.environment owner to @role;
insert into maily_deploy.environment (name) values ('sandbox');
