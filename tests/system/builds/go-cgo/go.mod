module example.org/twice

go 1.22
